// Everything that is neither a commit nor a batch: it arrives as it was, and what makes no sense is an error in words.
#include <doctest/doctest.h>

#include "daybook/limits.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"
#include "net/wire_status.h"
#include "tests/net/wire_fixture.h"

using namespace daybook;
using namespace daybook::net;
using namespace daybook::test;

namespace {

Checkpoint some_checkpoint() {
  Checkpoint checkpoint{.log_id = {}, .sequence = Sequence(812), .link = {}};
  for (std::uint8_t i = 0; i < 16; ++i) {
    checkpoint.log_id.bytes[i] = i;
    checkpoint.link.bytes[i] = static_cast<std::uint8_t>(200 + i);
  }
  return checkpoint;
}

}  // namespace

TEST_CASE("wire: every code, outcome and kind of conflict arrives") {
  for (int code = 0; code <= static_cast<int>(Code::timeout); ++code) {
    for (int outcome = 0; outcome <= static_cast<int>(Outcome::may_have_been_appended); ++outcome) {
      const Error error{.code = static_cast<Code>(code), .outcome = static_cast<Outcome>(outcome), .message = "why"};
      if (error.code == Code::conflict) continue;
      const Error arrived = there_and_back<rpc::Error>(error);
      CHECK(arrived.code == error.code);
      CHECK(arrived.outcome == error.outcome);
      CHECK(arrived.message == "why");
      CHECK_FALSE(arrived.conflict);
    }
  }
  for (const auto kind : {Conflict::Kind::version, Conflict::Kind::match, Conflict::Kind::key}) {
    const Conflict conflict{
        .kind = kind, .stream = "order-1", .expected = Version(3), .actual = Version(4), .sequence = Sequence(9)};
    const Error arrived = there_and_back<rpc::Error>(Error{.code = Code::conflict, .conflict = conflict});
    REQUIRE(arrived.conflict);
    CHECK(arrived.conflict->kind == kind);
    CHECK(arrived.conflict->stream == "order-1");
    CHECK(arrived.conflict->expected == Version(3));
    CHECK(arrived.conflict->actual == Version(4));
    CHECK(arrived.conflict->sequence == Sequence(9));
  }
}

TEST_CASE("wire: an error of a newer version is unsupported, and its outcome unknown") {
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<rpc::Error>();
  builder.setCode(static_cast<rpc::Error::Code>(99));
  builder.setOutcome(static_cast<rpc::Error::Outcome>(99));
  const Error error = from_wire(builder.asReader());
  CHECK(error.code == Code::unsupported);
  CHECK(error.outcome == Outcome::may_have_been_appended);
}

TEST_CASE("wire: a peer's words are one bounded line of UTF-8") {
  const auto arrived = [](const std::string& text) {
    return there_and_back<rpc::Error>(Error{.code = Code::io, .message = text}).message;
  };
  CHECK(arrived("two\nlines\x1b[2J") == "two lines [2J");
  CHECK(arrived("\xff\xfe") == "(a text that is not UTF-8)");
  CHECK(arrived(std::string(100'000, 'x')) == std::string(kErrorTextBytesMax, 'x'));
  CHECK(arrived(std::string(kErrorTextBytesMax - 1, 'x') + "é") == std::string(kErrorTextBytesMax - 1, 'x'));
}

TEST_CASE("wire: places and ids arrive") {
  CHECK(there_and_back<rpc::Checkpoint>(some_checkpoint()) == some_checkpoint());
  const auto start = [](const Start& given) { return there_and_back<rpc::Start>(given); };
  const auto at = start(Sequence(5));
  REQUIRE(at);
  CHECK(std::get<Sequence>(*at) == Sequence(5));
  CHECK(std::holds_alternative<FromHead>(start(FromHead{}).value()));
  CHECK(std::get<Checkpoint>(start(some_checkpoint()).value()) == some_checkpoint());
}

TEST_CASE("wire: a query arrives, and one beyond the limits does not") {
  check_property("there and back", [] {
    const Query query = *some_query();
    const auto arrived = there_and_back<rpc::Query>(query);
    RC_ASSERT(arrived.has_value());
    RC_ASSERT(same(*arrived, query));
  });
  const std::string most(kStreamBytesMax, 'x');
  const Query largest{.items = {{.streams = std::vector(kQueryTermsMax, most)}}};
  CHECK(there_and_back<rpc::Query>(largest).has_value());
  for (const Query& beyond :
       {Query{.items = std::vector<QueryItem>(kQueryItemsMax + 1)},
        Query{.items = {{.tags = std::vector<std::string>(kQueryTermsMax + 1, "x")}}},
        Query{.items = {{.streams = {most + "x"}}}}, Query{.items = {{.stream_prefix = most + "x"}}},
        Query{.items = {{.types = {std::string(kTypeBytesMax + 1, 'x')}}}}}) {
    const auto arrived = there_and_back<rpc::Query>(beyond);
    REQUIRE_FALSE(arrived);
    CHECK(arrived.error().code == Code::too_large);
  }
}

TEST_CASE("wire: what a log says of itself arrives") {
  const Statistics statistics{.events = 10,
                              .head = Sequence(10),
                              .streams = 3,
                              .commits = 4,
                              .blocks = 2,
                              .bytes_on_disk = 1 << 20,
                              .indexed_through = Sequence(8),
                              .log_id = some_checkpoint().log_id,
                              .format_version = 1,
                              .recovered = Recovered::cut};
  const auto arrived = there_and_back<rpc::Statistics>(statistics);
  REQUIRE(arrived);
  CHECK(arrived->events == 10);
  CHECK(arrived->head == Sequence(10));
  CHECK(arrived->streams == 3);
  CHECK(arrived->commits == 4);
  CHECK(arrived->blocks == 2);
  CHECK(arrived->bytes_on_disk == 1 << 20);
  CHECK(arrived->indexed_through == Sequence(8));
  CHECK(arrived->log_id == statistics.log_id);
  CHECK(arrived->format_version == 1);
  CHECK(arrived->recovered == Recovered::cut);

  const auto plan = there_and_back<rpc::Plan>(ReadPlan{true, 3, "postings of 3 terms"});
  REQUIRE(plan);
  CHECK(plan->uses_postings);
  CHECK(plan->terms == 3);
  CHECK(plan->text == "postings of 3 terms");

  const auto head = there_and_back<rpc::StreamHead>(StreamHead{"order-1", Version(2), Sequence(7)});
  REQUIRE(head);
  CHECK(head->stream == "order-1");
  CHECK(head->version == Version(2));
  CHECK(head->last_sequence == Sequence(7));
}

TEST_CASE("wire: what a projection says of itself arrives, its failure too") {
  ProjectionStatus status{.name = "inventory", .fold_version = 3, .checkpoint = some_checkpoint(), .failure = {}};
  const auto running = there_and_back<rpc::ProjectionStatus>(status);
  REQUIRE(running);
  CHECK(running->name == "inventory");
  CHECK(running->fold_version == 3);
  CHECK(running->checkpoint == some_checkpoint());
  CHECK_FALSE(running->failure);
  status.failure = {.sequence = Sequence(5), .stream = "order-1", .reason = "no such article"};
  const auto failed = there_and_back<rpc::ProjectionStatus>(status);
  REQUIRE(failed);
  REQUIRE(failed->failure);
  CHECK(failed->failure->sequence == Sequence(5));
  CHECK(failed->failure->stream == "order-1");
  CHECK(failed->failure->reason == "no such article");
}

TEST_CASE("wire: a list of streams longer than was asked for is refused unread") {
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<rpc::Log::StreamsResults>();
  auto list = builder.initStreams(3);
  for (unsigned i = 0; i < 3; ++i) to_wire(StreamHead{"s" + std::to_string(i), Version(1), Sequence(1)}, list[i]);
  CHECK(from_wire(builder.asReader().getStreams(), 3).value().size() == 3);
  CHECK_FALSE(from_wire(builder.asReader().getStreams(), 2));
}

TEST_CASE("wire: a gap arrives, and one that names no events is refused") {
  const Gap gap{.first = Sequence(3), .last = Sequence(9), .reason = Gap::Reason::denied, .message = "no"};
  const auto arrived = there_and_back<rpc::Gap>(gap);
  REQUIRE(arrived);
  CHECK(arrived->first == gap.first);
  CHECK(arrived->last == gap.last);
  CHECK(arrived->reason == Gap::Reason::denied);
  CHECK(arrived->message == "no");
  CHECK_FALSE(there_and_back<rpc::Gap>(Gap{.first = Sequence(0), .last = Sequence(1)}));
  CHECK_FALSE(there_and_back<rpc::Gap>(Gap{.first = Sequence(2), .last = Sequence(1)}));
}
