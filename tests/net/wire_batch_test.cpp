// Batches over the wire: stored blocks arrive byte for byte, excerpts read as the events that they were made of, and
// nothing that a hostile server sends is believed.
#include <doctest/doctest.h>

#include "net/wire_batch.h"
#include "schema/excerpt.h"
#include "tests/log/block_fixture.h"
#include "tests/log/seed.h"
#include "tests/net/wire_fixture.h"

using namespace daybook;
using namespace daybook::net;
using namespace daybook::test;

namespace {

std::shared_ptr<const Block> block_of(std::size_t events, std::size_t data_bytes = 200) {
  LogId log_id;
  log_id.bytes.fill(3);
  BlockChain chain(log_id);
  static_cast<void>(chain.seal({{.events = {{.stream = "before", .type = "t"}}}}));
  std::vector<Commit> commits;
  for (std::size_t i = 0; i < events; ++i) {
    const Event event{.stream = "stream-" + std::to_string(i), .type = "t", .data = std::string(data_bytes, 'x')};
    if (i % 3 == 0) commits.push_back({.key = Uuid{{static_cast<std::uint8_t>(i)}}});
    commits.back().events.push_back(event);
  }
  return chain.seal(commits, Timestamp(std::chrono::nanoseconds(77)));
}

Result<Batch> sent(const Batch& batch) {
  return there_and_back<rpc::Batch>(PackedBatch(batch));
}

void check_same(const Batch& a, const Batch& b) {
  REQUIRE(a.size() == b.size());
  CHECK(a.block()->link() == b.block()->link());
  CHECK(a.block()->recorded_at() == b.block()->recorded_at());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].sequence() == b[i].sequence());
    CHECK(a[i].version() == b[i].version());
    CHECK(a[i].recorded_at() == b[i].recorded_at());
    const Event one = a[i].to_event();
    const Event other = b[i].to_event();
    CHECK(content_of(one) == content_of(other));
  }
}

/// What `spoil` leaves of `batch`, read.
template <class Spoil>
Result<Batch> spoilt(const Batch& batch, Spoil&& spoil) {
  capnp::MallocMessageBuilder message;
  const PackedBatch packed(batch);
  auto builder = message.initRoot<rpc::Batch>();
  to_wire(packed, builder);
  spoil(builder);
  return from_wire(Arrived(message).root<rpc::Batch>());
}

template <class Spoil>
void check_refused(const Batch& batch, Code code, Spoil&& spoil) {
  const auto result = spoilt(batch, spoil);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == code);
}

Batch some_picks(std::size_t events, std::vector<std::uint32_t> picks) {
  return {block_of(events), std::move(picks)};
}

}  // namespace

TEST_CASE("wire: a whole block arrives byte for byte, small or large") {
  for (const std::size_t events : {1, 3, 100}) {
    const auto block = block_of(events);
    const Batch whole(block, 0, block->event_count() - 1, Direction::forward);
    const auto arrived = sent(whole);
    REQUIRE(arrived);
    check_same(*arrived, whole);
    CHECK(std::ranges::equal(arrived->block()->bytes(), block->bytes()));
    CHECK_FALSE(arrived->block()->is_excerpt());
    CHECK(arrived->block()->chain() == block->chain());
  }
}

TEST_CASE("wire: any part of a block arrives in the order read, as an excerpt where it is little") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  std::size_t excerpts = 0;
  std::size_t with_picks = 0;
  for (int round = 0; round < 300; ++round) {
    const auto block = block_of(1 + random() % 40, random() % 300);
    std::vector<std::uint32_t> picks;
    const std::uint64_t share = 1 + random() % 8;
    for (std::uint32_t i = 0; i < block->event_count(); ++i) {
      if (random() % share == 0) picks.push_back(i);
    }
    if (picks.empty()) continue;
    if (random() % 2 == 0) std::ranges::reverse(picks);
    const Batch batch(block, picks);
    const auto arrived = sent(batch);
    REQUIRE(arrived);
    check_same(*arrived, batch);
    CHECK(PackedBatch(batch).first() == batch[0].sequence());
    CHECK(PackedBatch(batch).last() == batch[batch.size() - 1].sequence());
    const bool excerpt = arrived->block()->is_excerpt();
    CHECK(excerpt == (16 * event_words_of(*block, std::vector(picks)) < block->bytes().size()));
    ++(excerpt ? excerpts : with_picks);
    // An excerpt goes on as one, to whoever is behind.
    const auto again = sent(*arrived);
    REQUIRE(again);
    check_same(*again, batch);
  }
  CHECK(excerpts > 20);
  CHECK(with_picks > 20);
}

TEST_CASE("wire: a range arrives in either direction") {
  const auto block = block_of(10);
  for (const Direction direction : {Direction::forward, Direction::backward}) {
    for (const auto& [first, last] : {std::pair(0, 9), std::pair(2, 9), std::pair(4, 4), std::pair(1, 2)}) {
      const Batch range(block, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last), direction);
      const auto arrived = sent(range);
      REQUIRE(arrived);
      check_same(*arrived, range);
    }
  }
}

TEST_CASE("excerpt: its commits are those of its events, with their keys") {
  const auto block = block_of(9);
  const auto arrived = sent(Batch(block, {1, 2, 7}));
  REQUIRE(arrived);
  const auto commits = arrived->block()->commits();
  const auto stored = block->commits();
  REQUIRE(commits.size() == 2);
  CHECK(commits[0].key == stored[0].key);
  CHECK(commits[0].fingerprint == stored[0].fingerprint);
  CHECK(commits[0].event_count == 2);
  CHECK(commits[0].first == block->sequence_of(1));
  CHECK(commits[1].key == stored[2].key);
  CHECK(commits[1].event_count == 1);
  CHECK(commits[1].first == block->sequence_of(7));
  CHECK(arrived->block()->first_sequence() == block->sequence_of(1));
  CHECK(arrived->block()->last_sequence() == block->sequence_of(7));
  CHECK(arrived->block()->contains(block->sequence_of(2)));
  CHECK_FALSE(arrived->block()->contains(block->sequence_of(3)));
}

TEST_CASE("wire: a batch that lies about its block is refused") {
  const Batch whole(block_of(10), 0, 9, Direction::forward);
  check_refused(whole, Code::corruption, [](auto batch) { batch.getLink().setLow(batch.getLink().getLow() ^ 1); });
  check_refused(whole, Code::corruption, [](auto batch) { batch.getBlock()[100] ^= 1; });
  check_refused(whole, Code::corruption, [](auto batch) { batch.disownBlock(); });
  check_refused(whole, Code::invalid, [](auto batch) { batch.setLast(10); });
  check_refused(whole, Code::invalid, [](auto batch) { batch.setFirst(0xffffffff); });
  for (const std::vector<std::uint32_t>& picks : {std::vector<std::uint32_t>{}, {0, 0}, {1, 0, 2}, {3, 10}, {10, 3}}) {
    check_refused(whole, Code::invalid, [&](auto batch) { batch.setPicks({picks.data(), picks.size()}); });
  }
  const std::vector<std::uint32_t> more(11, 0);
  check_refused(whole, Code::invalid, [&](auto batch) { batch.setPicks({more.data(), more.size()}); });
}

TEST_CASE("wire: an excerpt that lies about itself is refused") {
  const Batch little = some_picks(30, {3, 8, 20});
  REQUIRE(PackedBatch(little).is_excerpt());
  CHECK(spoilt(little, [](auto) {}).has_value());
  check_refused(little, Code::corruption, [](auto batch) { batch.getExcerpt().getHash().setHigh(1); });
  check_refused(little, Code::corruption, [](auto batch) { batch.getBlock()[64] ^= 1; });
  for (const std::vector<std::uint64_t>& sequences :
       {std::vector<std::uint64_t>{}, {5, 10}, {6, 10, 22}, {5, 10, 10}, {5, 4, 22}, {5, 10, std::uint64_t{1} << 48}}) {
    check_refused(little, Code::corruption,
                  [&](auto batch) { batch.getExcerpt().setSequences({sequences.data(), sequences.size()}); });
  }
  const std::vector<std::uint64_t> many(100'000, 5);
  check_refused(little, Code::invalid,
                [&](auto batch) { batch.getExcerpt().setSequences({many.data(), many.size()}); });
}
