// The log from outside: append, read, conditions, keys, reopening; on disk and in memory.
#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

#include "daybook/log.h"
#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE("log: what was appended is read back, in order, with sequences and versions") {
  for (const bool in_memory : {true, false}) {
    LogFixture log(in_memory);
    log.append("order-1", "OrderPlaced", R"({"a":1})");
    log.append("order-2", "OrderPlaced", R"({"a":2})");
    const Appended third = log.append("order-1", "OrderCancelled", "{}");
    CHECK(third.first == Sequence(3));
    CHECK(third.versions.at("order-1") == Version(2));
    CHECK(log.read_all() == std::vector<std::string>{"1 order-1@1 OrderPlaced {\"a\":1}",
                                                     "2 order-2@1 OrderPlaced {\"a\":2}",
                                                     "3 order-1@2 OrderCancelled {}"});
    if (in_memory) continue;
    log.reopen();
    CHECK(log.read_all().size() == 3);
    CHECK(log.append("order-1", "X", "{}").versions.at("order-1") == Version(3));
  }
}

TEST_CASE("log: an expected version that does not hold is a conflict that says both versions") {
  LogFixture log(true);
  log.append("a", "T", "{}");
  Commit commit{.events = {{.stream = "b", .type = "T"}}, .expected = {{"a", Version(0)}}};
  const auto refused = log->append(commit);
  REQUIRE(!refused);
  CHECK(refused.error().code == Code::conflict);
  CHECK(refused.error().outcome == Outcome::not_appended);
  REQUIRE(refused.error().conflict);
  CHECK(refused.error().conflict->stream == "a");
  CHECK(refused.error().conflict->actual == Version(1));
  commit.expected = {{"a", Version(1)}, {"b", Version(0)}};
  CHECK(log->append(commit).has_value());
}

TEST_CASE("log: a repeat of a key returns the first result; other events under it are a conflict") {
  for (const bool indexed : {false, true}) {
    LogFixture log(true);
    const IdempotencyKey key{{1, 2, 3}};
    const Commit commit{.events = {{.stream = "a", .type = "T", .data = "1"}, {.stream = "b", .type = "T"}},
                        .key = key};
    const auto first = log->append(commit);
    REQUIRE(first);
    if (indexed) REQUIRE(log->flush_index());
    const auto again = log->append(commit);
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->first == first->first);
    CHECK(again->last == first->last);
    CHECK(again->versions == first->versions);
    Commit other = commit;
    other.events[0].data = "2";
    const auto refused = log->append(other);
    REQUIRE(!refused);
    CHECK(refused.error().conflict->kind == Conflict::Kind::key);
    CHECK(log->head() == Sequence(2));
  }
}

TEST_CASE("log: a key that is said to be new is not looked up, and is known from then on") {
  for (const bool indexed : {false, true}) {
    LogFixture log(true);
    const Commit commit{.events = {{.stream = "a", .type = "T"}}, .key = IdempotencyKey{{7}}};
    REQUIRE(log->append(commit, {.new_key = true}));
    if (indexed) REQUIRE(log->flush_index());
    CHECK(log->append(commit).value().repeated);
    // Not true, and believed: what the option says of itself.
    const auto twice = log->append(commit, {.new_key = true});
    REQUIRE(twice);
    CHECK_FALSE(twice->repeated);
    CHECK(twice->first == Sequence(2));
  }
}

TEST_CASE("log: fail-if-match sees every event after its sequence, indexed or not") {
  for (const bool indexed : {false, true}) {
    LogFixture log(true);
    log->append({.events = {{.stream = "a", .type = "T", .tags = {"x"}}}}).value();
    log->append({.events = {{.stream = "a", .type = "U", .tags = {"x"}}}}).value();
    if (indexed) REQUIRE(log->flush_index());
    Query query{.items = {{.types = {"T"}, .tags = {"x"}}}};
    Commit commit{.events = {{.stream = "b", .type = "T"}}, .fail_if_match = {{query, Sequence(0)}}};
    const auto refused = log->append(commit);
    REQUIRE(!refused);
    CHECK(refused.error().conflict->sequence == Sequence(1));
    commit.fail_if_match[0].after = Sequence(1);
    CHECK(log->append(commit).has_value());
  }
}

TEST_CASE("log: a query finds the same events by postings, by tail and by scan, in both directions") {
  LogFixture log(true, [](Options& options) { options.index_batch_events = 500; });
  for (int i = 0; i < 3000; ++i) {
    log->append({.events = {{.stream = "s-" + std::to_string(i % 37),
                             .type = i % 3 ? "A" : "B",
                             .tags = {"t" + std::to_string(i % 11)}}}})
        .value();
  }
  for (const Query& query : {Query{{{.streams = {"s-3", "s-5"}}}}, Query{{{.types = {"B"}, .tags = {"t4"}}}},
                             Query{{{.stream_prefix = "s-1"}, {.types = {"B"}, .tags = {"t1"}}}}}) {
    std::vector<std::uint64_t> expected;
    for (const auto& event : log.events({})) {
      if (query.matches(event.view())) expected.push_back(event.view().sequence().value());
    }
    REQUIRE(!expected.empty());
    auto found = log.sequences({.query = query});
    CHECK(found == expected);
    auto backward = log.sequences({.query = query, .direction = Direction::backward});
    std::ranges::reverse(backward);
    CHECK(backward == expected);
    auto limited = log.sequences({.query = query, .limit = 5});
    CHECK(limited == std::vector<std::uint64_t>(expected.begin(), expected.begin() + 5));
  }
  const auto report = log->verify();
  REQUIRE(report);
  for (const Damage& damage : report->damage) MESSAGE(damage.message);
  CHECK(report->clean());
  CHECK(report->postings > 0);
}

TEST_CASE("log: a relative directory is resolved at open, in memory as well") {
  const auto log = Log::open("relative", {.create_if_missing = true, .in_memory = true});
  REQUIRE(log.has_value());
  CHECK((*log)->directory() == std::filesystem::current_path() / "relative");
}
