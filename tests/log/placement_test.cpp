// Where an event is and what finds it.
#include <doctest/doctest.h>

#include "daybook/placement.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

Commit tagged(std::string stream, const char* key) {
  return {.events = {{.stream = std::move(stream),
                      .type = "T",
                      .tags = {"a", "b", "a"},
                      .correlation_id = Uuid::parse("00000000-0000-4000-8000-000000000001")}},
          .key = Uuid::parse(key)};
}

void check_all(const Placement& placement, IndexTerm::Place place) {
  REQUIRE(placement.terms.size() == 6);
  for (const IndexTerm& term : placement.terms) CHECK(term.place == place);
}

}  // namespace

TEST_CASE("placement: each term is looked up, in the tail and, once they are written, in the postings") {
  LogFixture log(false);
  REQUIRE(log->append(tagged("one", "00000000-0000-4000-8000-0000000000f1")));
  const auto early = log->placement(Sequence(1));
  REQUIRE(early);
  check_all(*early, IndexTerm::Place::tail);
  CHECK(early->indexed_through == Sequence(0));
  CHECK(early->terms[0].text == "one");
  CHECK(early->terms[2].text == "a");
  CHECK(early->terms[5].text == "00000000-0000-4000-8000-0000000000f1");
  REQUIRE(log->flush_index());
  REQUIRE(log->append(tagged("two", "00000000-0000-4000-8000-0000000000f2")));
  const auto indexed = log->placement(Sequence(1));
  REQUIRE(indexed);
  check_all(*indexed, IndexTerm::Place::postings);
  CHECK(indexed->indexed_through == Sequence(1));
  const auto late = log->placement(Sequence(2));
  REQUIRE(late);
  check_all(*late, IndexTerm::Place::tail);
}

TEST_CASE("placement: there is none for 0 and beyond the head") {
  LogFixture log(false);
  REQUIRE(log->append(tagged("one", "00000000-0000-4000-8000-0000000000f1")));
  for (const std::uint64_t sequence : {0, 2}) {
    const auto placement = log->placement(Sequence(sequence));
    REQUIRE_FALSE(placement);
    CHECK(placement.error().code == Code::not_found);
  }
}
