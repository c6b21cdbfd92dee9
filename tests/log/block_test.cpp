// Blocks: what goes in comes out, and bytes that nobody sealed are refused rather than believed.
#include <cstring>

#include <doctest/doctest.h>

#include "schema/block_builder.h"
#include "tests/log/block_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

LogId log_id_of(std::uint8_t byte) {
  LogId id;
  id.bytes.fill(byte);
  return id;
}

Link link_of(std::span<const std::byte> bytes) {
  return {hash128(bytes)};
}

/// A block's bytes, to be spoilt.
std::vector<std::byte> copy_of(const Block& block) {
  return {block.bytes().begin(), block.bytes().end()};
}

std::shared_ptr<const Block> sample() {
  BlockChain chain(log_id_of(1));
  return chain.seal({{.events = {{.stream = "order-1", .type = "Placed", .data = "{}", .tags = {"a", "b"}},
                                 {.stream = "order-1", .type = "Paid", .data = "{}"}}},
                     {.events = {{.stream = "order-2", .type = "Placed", .data = "{}"}}, .key = log_id_of(7)}});
}

void check_event(const EventView& view, const Event& event) {
  CHECK(view.stream() == event.stream);
  CHECK(view.type() == event.type);
  CHECK(view.data() == event.data);
  CHECK(view.content_type() == event.content_type);
  CHECK(view.id() == event.id.value_or(EventId{}));
  CHECK(view.occurred_at() == event.occurred_at);
  CHECK(view.correlation_id() == event.correlation_id);
  CHECK(view.causation_id() == event.causation_id);
  CHECK(view.traceparent().has_value() == event.traceparent.has_value());
  if (event.traceparent) CHECK(view.traceparent() == *event.traceparent);
  Event again = view.to_event();
  if (!event.id) again.id.reset();
  CHECK(again.tags == event.tags);
  CHECK(again.headers == event.headers);
  CHECK(fingerprint_of({&again, 1}) == fingerprint_of({&event, 1}));
}

}  // namespace

TEST_CASE("block: every field of every event comes back, sealed or parsed") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  BlockChain chain(log_id_of(2));
  std::map<std::string, Version> versions;
  Link previous = genesis_link(log_id_of(2));
  for (int round = 0; round < 200; ++round) {
    std::vector<Commit> commits;
    for (auto count = 1 + random() % 5; count > 0; --count) commits.push_back(random_commit(random));
    const Sequence first = chain.next();
    const Timestamp time{std::chrono::nanoseconds(round)};
    const auto sealed = chain.seal(commits, time);
    const auto parsed = Block::parse(sealed->bytes(), sealed->link());
    REQUIRE(parsed);
    CHECK((*parsed)->first_sequence() == first);
    CHECK((*parsed)->recorded_at() == time);
    CHECK((*parsed)->chain() == previous);
    previous = (*parsed)->link();
    const auto infos = (*parsed)->commits();
    REQUIRE(infos.size() == commits.size());
    std::uint32_t at = 0;
    for (std::size_t c = 0; c < commits.size(); ++c) {
      CHECK(infos[c].key == commits[c].key);
      CHECK(infos[c].fingerprint == fingerprint_of(commits[c].events));
      CHECK(infos[c].first == first.plus(at));
      REQUIRE(infos[c].event_count == commits[c].events.size());
      for (const Event& event : commits[c].events) {
        const EventView view = (*parsed)->event(at);
        check_event(view, event);
        CHECK(view.sequence() == first.plus(at));
        CHECK(view.version() == (versions[event.stream] = versions[event.stream].next()));
        ++at;
      }
    }
    CHECK((*parsed)->last_sequence().next() == chain.next());
  }
}

TEST_CASE("block: its size is foretold to the byte, so that it is sealed in one allocation") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    const Commit commit = random_commit(random);
    std::size_t words = 0;
    for (const Event& event : commit.events) words += encoded_words(event);
    BlockChain chain(log_id_of(3));
    CHECK(chain.seal({commit})->bytes().size() == block_bytes(1, commit.events.size(), words));
  }
}

TEST_CASE("block: every flipped bit is corruption") {
  const auto block = sample();
  auto bytes = copy_of(*block);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1u << (bit % 8));
    bytes[bit / 8] ^= mask;
    const auto parsed = Block::parse(bytes, block->link());
    REQUIRE_MESSAGE(!parsed, "bit " << bit);
    REQUIRE(parsed.error().code == Code::corruption);
    bytes[bit / 8] ^= mask;
  }
  CHECK(Block::parse(bytes, block->link()));
}

TEST_CASE("block: every other length is corruption, also with a link that fits") {
  const auto block = sample();
  auto bytes = copy_of(*block);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto part = std::span(bytes).first(length);
    CHECK_MESSAGE(!Block::parse(part, block->link()), length);
    CHECK_MESSAGE(!Block::parse(part, link_of(part)), length);
  }
  bytes.resize(bytes.size() + 8);
  CHECK(!Block::parse(bytes, link_of(bytes)));
}

TEST_CASE("block: bytes that nobody sealed, under a link that fits, are refused or are a block; never a crash") {
  // A link vouches for bytes, not for their sense: the structure is checked on its own.
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  const auto block = sample();
  const auto whole = copy_of(*block);
  int refused = 0;
  for (int round = 0; round < 50'000; ++round) {
    auto bytes = whole;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      // Most of a block's sense is in its first words.
      const std::size_t range = random() % 2 == 0 ? 200 : bytes.size();
      bytes[random() % range] = static_cast<std::byte>(random());
    }
    const auto parsed = Block::parse(bytes, link_of(bytes));
    if (!parsed) {
      CHECK(parsed.error().code == Code::corruption);
      ++refused;
      continue;
    }
    std::uint64_t counted = 0;
    for (const CommitInfo& commit : (*parsed)->commits()) counted += commit.event_count;
    CHECK(counted == (*parsed)->event_count());
    for (std::uint32_t i = 0; i < (*parsed)->event_count(); ++i) {
      const auto at = reinterpret_cast<const std::byte*>((*parsed)->event_words(i)) - (*parsed)->bytes().data();
      CHECK(at >= 0);
      CHECK(static_cast<std::size_t>(at) + 17 * 8 <= bytes.size());
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("block: the link is the hash of the bytes, and the first chain the hash of the log's id") {
  const auto block = sample();
  CHECK(block->link() == link_of(block->bytes()));
  CHECK(block->chain() == genesis_link(log_id_of(1)));
  CHECK(genesis_link(log_id_of(1)) != genesis_link(log_id_of(2)));
}

TEST_CASE("fingerprint: it tells apart absent from empty, and one field's end from the next one's beginning") {
  const Event plain{.stream = "s", .type = "T"};
  std::vector<std::vector<Event>> different = {{plain}, {plain, plain}, {}};
  const auto with = [&](auto change) {
    Event event = plain;
    change(event);
    different.push_back({event});
  };
  with([](Event& event) { event.traceparent = ""; });
  with([](Event& event) { event.id = EventId{}; });
  with([](Event& event) { event.correlation_id = Uuid{}; });
  with([](Event& event) { event.causation_id = Uuid{}; });
  with([](Event& event) { event.occurred_at = Timestamp{}; });
  with([](Event& event) { event.data = "T"; });
  with([](Event& event) { event.tags = {"ab"}; });
  with([](Event& event) { event.tags = {"a", "b"}; });
  with([](Event& event) { event.tags = {"b", "a"}; });
  with([](Event& event) { event.headers = {{.name = "a", .value = "b"}}; });
  with([](Event& event) { event.headers = {{.name = "ab", .value = ""}}; });
  with([](Event& event) { event.content_type = "text/plain"; });
  with([](Event& event) { event.stream = "sT", event.type = ""; });
  for (std::size_t a = 0; a < different.size(); ++a) {
    for (std::size_t b = 0; b < different.size(); ++b) {
      CHECK_MESSAGE((fingerprint_of(different[a]) == fingerprint_of(different[b])) == (a == b), a << " " << b);
    }
  }
}
