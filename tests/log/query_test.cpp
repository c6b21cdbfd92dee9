// Queries: their plain meaning by examples, and that postings, tail and scan all mean the same.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/log/block_fixture.h"
#include "tests/log/log_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Whether `query` matches `event`.
bool matches(const Query& query, const Event& event) {
  BlockChain chain(LogId{});
  return query.matches(chain.seal({{.events = {event}}})->event(0));
}

Uuid uuid_of(std::uint8_t byte) {
  Uuid uuid;
  uuid.bytes.fill(byte);
  return uuid;
}

}  // namespace

TEST_CASE("query: items are ORed; in an item the parts are ANDed, streams and types ORed, tags ANDed") {
  const Event event{.stream = "order-17", .type = "Placed", .tags = {"a", "b"}, .correlation_id = uuid_of(1)};
  CHECK(matches({}, event));
  CHECK(matches({{{}}}, event));
  CHECK(matches({{{.streams = {"order-1", "order-17"}}}}, event));
  CHECK(!matches({{{.streams = {"order-1", "order-170"}}}}, event));
  CHECK(matches({{{.stream_prefix = "order-1"}}}, event));
  CHECK(matches({{{.stream_prefix = "order-17"}}}, event));
  CHECK(!matches({{{.stream_prefix = "order-170"}}}, event));
  CHECK(matches({{{.types = {"Paid", "Placed"}}}}, event));
  CHECK(!matches({{{.types = {"Plac"}}}}, event));
  CHECK(matches({{{.tags = {"b", "a"}}}}, event));
  CHECK(!matches({{{.tags = {"a", "c"}}}}, event));
  CHECK(matches({{{.correlation_id = uuid_of(1)}}}, event));
  CHECK(!matches({{{.correlation_id = uuid_of(2)}}}, event));
  CHECK(!matches({{{.correlation_id = uuid_of(1)}}}, {.stream = "s", .type = "T"}));
  CHECK(
      matches({{{.streams = {"order-17"}, .types = {"Placed"}, .tags = {"a"}, .correlation_id = uuid_of(1)}}}, event));
  CHECK(!matches({{{.streams = {"order-17"}, .types = {"Paid"}}}}, event));
  CHECK(matches({{{.types = {"Paid"}}, {.tags = {"a"}}}}, event));
}

TEST_CASE("query: it matches all exactly when it has no item or one without parts") {
  CHECK(Query{}.matches_all());
  CHECK(Query{{{}}}.matches_all());
  CHECK(Query{{{.types = {"T"}}, {}}}.matches_all());
  CHECK(!Query{{{.types = {"T"}}}}.matches_all());
  CHECK(!Query{{{.correlation_id = Uuid{}}}}.matches_all());
}

TEST_CASE("query: names in it obey the rules of names, and reserved ones may be asked for") {
  for (const std::string& bad : {std::string(), std::string("a\nb"), std::string("\xff")}) {
    CHECK(!Query{{{.streams = {bad}}}}.check());
    CHECK(!Query{{{.types = {bad}}}}.check());
    CHECK(!Query{{{.tags = {bad}}}}.check());
    if (!bad.empty()) CHECK(!Query{{{.stream_prefix = bad}}}.check());
  }
  CHECK(Query{{{.streams = {"$own"}, .types = {"$own"}, .tags = {"$own"}}}}.check());
}

TEST_CASE(
    "query: postings, tail and scan give what a plain filter gives, in both directions, in any range, to any limit") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  LogFixture log(true, [](Options& options) { options.index_batch_events = 300; });
  while (log->head() < Sequence(4000)) REQUIRE(log->append(random_commit(random)));
  const auto events = log.events({});
  bool used_postings = false;
  for (int round = 0; round < 400; ++round) {
    ReadOptions options{.query = random_query(random)};
    options.from = Sequence(random() % 3 == 0 ? 1 : random() % 4200);
    options.through = random() % 3 == 0 ? kSequenceMax : Sequence(random() % 4200);
    if (random() % 3 == 0) options.limit = random() % 50;
    std::vector<std::uint64_t> expected;
    for (const PinnedEvent& event : events) {
      const Sequence sequence = event.view().sequence();
      const bool in_range = sequence >= options.from && sequence <= options.through;
      if (in_range && options.query.matches(event.view())) expected.push_back(sequence.value());
    }
    auto backward = expected;
    std::ranges::reverse(backward);
    expected.resize(std::min<std::uint64_t>(expected.size(), options.limit));
    backward.resize(std::min<std::uint64_t>(backward.size(), options.limit));
    CHECK(log.sequences(options) == expected);
    used_postings = used_postings || log->read(options).value().plan().uses_postings;
    options.direction = Direction::backward;
    CHECK(log.sequences(options) == backward);
  }
  CHECK(used_postings);
}

TEST_CASE("query: versions of a stream are found in postings and tail, and no others") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  LogFixture log(true, [](Options& options) { options.index_batch_events = 200; });
  while (log->head() < Sequence(1500)) REQUIRE(log->append(random_commit(random)));
  std::map<std::string, std::uint64_t> heads;
  for (const PinnedEvent& pinned : log.events({})) {
    const EventView event = pinned.view();
    CHECK(log->sequence_of(event.stream(), event.version()).value() == event.sequence());
    heads[std::string(event.stream())] = event.version().value();
  }
  for (const auto& [stream, version] : heads) {
    CHECK(log->stream_head(stream).value().version == Version(version));
    CHECK(log->sequence_of(stream, Version(version + 1)).error().code == Code::not_found);
    CHECK(log->sequence_of(stream, Version(0)).error().code == Code::not_found);
  }
  CHECK(log->stream_head("no such stream").value().version == Version(0));
}

TEST_CASE("query: streams come in pages, in byte order, each once") {
  LogFixture log(true, [](Options& options) { options.index_batch_events = 50; });
  std::vector<std::string> names;
  for (int i = 0; i < 230; ++i) {
    names.push_back("s-" + std::to_string(i * 7919 % 230));
    log.append(names.back(), "T", "");
    log.append("other-" + std::to_string(i), "T", "");
  }
  std::ranges::sort(names);
  std::vector<std::string> found;
  while (true) {
    const auto page = log->streams("s-", found.empty() ? "" : found.back(), 17);
    REQUIRE(page);
    if (page->empty()) break;
    for (const StreamHead& head : *page) {
      found.push_back(head.stream);
      CHECK(head.version == Version(1));
    }
  }
  CHECK(found == names);
}
