// The cache of blocks: what is used stays, what a scan leaves is the first to go, and a run has no gap.
#include <random>

#include <doctest/doctest.h>

#include "log/block_cache.h"
#include "tests/log/block_fixture.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Blocks that follow each other, of two events each.
std::vector<std::shared_ptr<const Block>> blocks_of_two(std::size_t count) {
  BlockChain chain(LogId{{1}});
  std::vector<std::shared_ptr<const Block>> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(chain.seal({{.events = {{.stream = "s", .type = "T"}, {.stream = "s", .type = "T"}}}}));
  }
  return blocks;
}

/// Blocks that follow each other, of one event of so many bytes each.
std::vector<std::shared_ptr<const Block>> blocks_of(std::size_t count, std::size_t data_bytes) {
  BlockChain chain(LogId{{1}});
  std::vector<std::shared_ptr<const Block>> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.push_back(chain.seal({{.events = {{.stream = "s", .type = "T", .data = std::string(data_bytes, 'x')}}}}));
  }
  return blocks;
}

constexpr std::size_t kBookkeeping = 320;

/// Room for so many of them, and a half.
std::size_t room_for(const std::vector<std::shared_ptr<const Block>>& blocks, std::size_t count) {
  const std::size_t one = blocks.front()->bytes().size() + kBookkeeping;
  return count * one + one / 2;
}

}  // namespace

TEST_CASE("block cache: what was used longest ago goes first") {
  const auto blocks = blocks_of_two(4);
  BlockCache cache(room_for(blocks, 3));
  for (std::size_t i = 0; i < 3; ++i) cache.insert(blocks[i]);
  CHECK(cache.find(Sequence(2)) == blocks[0]);
  cache.insert(blocks[3]);
  CHECK(cache.find(Sequence(1)) == blocks[0]);
  CHECK(cache.find(Sequence(3)) == nullptr);
  CHECK(cache.find(Sequence(6)) == blocks[2]);
  CHECK(cache.find(Sequence(8)) == blocks[3]);
}

TEST_CASE("block cache: what a scan offers pushes nothing out, and is the first to go") {
  const auto blocks = blocks_of_two(5);
  BlockCache cache(room_for(blocks, 3));
  cache.insert(blocks[0]);
  cache.insert(blocks[1]);
  cache.offer(blocks[2]);
  cache.offer(blocks[3]);
  CHECK(cache.find_run(Sequence(7)).empty());
  CHECK(cache.find_run(Sequence(5)).size() == 1);
  cache.insert(blocks[4]);
  CHECK(cache.find_run(Sequence(5)).empty());
  CHECK(cache.find(Sequence(1)) == blocks[0]);
  CHECK(cache.find(Sequence(3)) == blocks[1]);
  CHECK(cache.find(Sequence(9)) == blocks[4]);
}

TEST_CASE("block cache: large blocks that scans leave come and go among themselves, in a quarter of it") {
  const auto blocks = blocks_of(40, 8 * 1024);
  BlockCache cache(room_for(blocks, 16));
  for (std::size_t i = 0; i < 16; ++i) cache.insert(blocks[i]);
  for (std::size_t i = 16; i < 40; ++i) {
    cache.offer(blocks[i]);
    CHECK(cache.find_run(blocks[i]->first_sequence()).size() == 1);
  }
  for (std::size_t i = 0; i < 40; ++i) {
    CAPTURE(i);
    const bool there = !cache.find_run(blocks[i]->first_sequence()).empty();
    CHECK(there == ((i >= 4 && i < 16) || i >= 36));
  }
  // One that is asked for is no longer the scans'.
  CHECK(cache.find(blocks[36]->first_sequence()) == blocks[36]);
  for (std::size_t i = 20; i < 30; ++i) cache.offer(blocks[i]);
  CHECK(cache.find(blocks[36]->first_sequence()) == blocks[36]);
  CHECK(cache.find(blocks[37]->first_sequence()) == nullptr);
  for (std::size_t i = 26; i < 30; ++i) CHECK(cache.find_run(blocks[i]->first_sequence()).size() == 30 - i);
}

TEST_CASE("block cache: whatever is done to it, it holds what it says, within its bound") {
  std::mt19937_64 random(test_seed());
  std::vector<std::shared_ptr<const Block>> blocks;
  BlockChain chain(LogId{{1}});
  for (int i = 0; i < 200; ++i) {
    const std::size_t bytes = random() % 4 == 0 ? random() % 20'000 : random() % 200;
    blocks.push_back(chain.seal({{.events = {{.stream = "s", .type = "T", .data = std::string(bytes, 'x')}}}}));
  }
  for (const std::size_t bytes_max : {2'000UL, 50'000UL, 300'000UL}) {
    BlockCache cache(bytes_max);
    for (int step = 0; step < 5'000; ++step) {
      const auto& block = blocks[random() % blocks.size()];
      const Sequence first = block->first_sequence();
      switch (random() % 4) {
        case 0:
          cache.insert(block);
          CHECK(cache.find(first) == block);
          break;
        case 1:
          cache.offer(block);
          break;
        case 2: {
          const auto found = cache.find(first);
          CHECK((found == nullptr || found == block));
          break;
        }
        default: {
          const auto run = cache.find_run(first);
          for (std::size_t i = 0; i < run.size(); ++i) CHECK(run[i] == blocks[first.value() - 1 + i]);
        }
      }
      std::size_t bytes = 0;
      std::size_t count = 0;
      for (const auto& one : blocks) {
        if (cache.find_run(one->first_sequence()).empty()) continue;
        bytes += one->bytes().size() + kBookkeeping;
        ++count;
      }
      CHECK((bytes <= bytes_max || count == 1));
    }
  }
}

TEST_CASE("block cache: a run begins at the block that was asked for and ends at a gap") {
  const auto blocks = blocks_of_two(200);
  BlockCache cache(1 << 20);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i != 5) cache.insert(blocks[i]);
  }
  const auto run = cache.find_run(Sequence(4));
  REQUIRE(run.size() == 4);
  for (std::size_t i = 0; i < run.size(); ++i) CHECK(run[i] == blocks[i + 1]);
  CHECK(cache.find_run(Sequence(11)).empty());
  CHECK(cache.find_run(Sequence(400)).size() == 1);
  CHECK(cache.find_run(Sequence(401)).empty());
  CHECK(cache.find_run(Sequence(13)).size() < 194);
}
