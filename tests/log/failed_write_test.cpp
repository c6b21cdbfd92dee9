// A write that fails: the log becomes read-only, says so, and says of each commit what is certain of it.
#include <doctest/doctest.h>

#include "tests/log/file_size_limit.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

Commit keyed(const std::string& data, std::uint8_t key) {
  return {.events = {{.stream = "a", .type = "T", .data = data}}, .key = IdempotencyKey{{key}}};
}

}  // namespace

TEST_CASE(
    "failed write: the log is read-only until reopened, keeps what it acknowledged, and tells outcomes honestly") {
  LogFixture log(false);
  const Commit before = keyed("before", 1);
  const Commit lost = keyed(std::string(100'000, 'x'), 2);
  REQUIRE(log->append(before));
  {
    const FileSizeLimit limit(50'000);
    const auto failed = log->append(lost);
    REQUIRE(!failed);
    CHECK(failed.error().code == Code::io);
    CHECK(failed.error().outcome == Outcome::may_have_been_appended);
  }
  // Read-only from here on, though the disk would take it again.
  const auto refused = log->append({.events = {{.stream = "b", .type = "T"}}});
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::closed);
  CHECK(refused.error().outcome == Outcome::not_appended);
  // A retry of what failed cannot be answered yet; one of what was acknowledged can.
  const auto retry = log->append(lost);
  REQUIRE(!retry);
  CHECK(retry.error().outcome == Outcome::may_have_been_appended);
  CHECK(log->append(before).value().repeated);
  CHECK(log->head() == Sequence(1));
  CHECK(log.read_all().size() == 1);
  CHECK(log->stream_head("a").value().version == Version(1));
  CHECK(log->read({.query = {{{.streams = {"a"}}}}}).has_value());

  log.reopen();
  const auto after = log->append(lost);
  REQUIRE(after);
  CHECK(log.read_all().size() == 2);
  CHECK(log->append(lost).value().repeated);
  CHECK(log->verify().value().clean());
}

TEST_CASE("failed write: with a full tail the log still answers, is not indexed further, and closes") {
  // One failed commit alone fills the tail, and nobody may index what it holds.
  LogFixture log(false, [](Options& options) { options.tail_bytes_max = 1024 * 1024; });
  REQUIRE(log->append(keyed("before", 1)));
  Commit many;
  for (int i = 0; i < 10'000; ++i) {
    many.events.push_back({.stream = "a", .type = "T", .tags = {std::string(200, 't') + std::to_string(i)}});
  }
  {
    const FileSizeLimit limit(50'000);
    REQUIRE(!log->append(many));
  }
  const auto refused = log->append(keyed("after", 3), {.timeout = std::chrono::minutes(5)});
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::closed);
  const auto indexed = log->flush_index();
  REQUIRE(!indexed);
  CHECK(indexed.error().code == Code::closed);
  log.reopen();
  CHECK(log->verify().value().clean());
}

TEST_CASE("failed write: a disk below its bound refuses appends, certainly, and the log can be read") {
  LogFixture log(false, [](Options& options) { options.disk_free_bytes_min = UINT64_MAX / 2; });
  const auto refused = log->append(keyed("x", 1));
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::io);
  CHECK(refused.error().outcome == Outcome::not_appended);
  CHECK(log->head() == Sequence(0));
  CHECK(log->read().has_value());
}
