// The cache of blocks: what is used stays, what a scan leaves is the first to go, and a run has no gap.
#include <doctest/doctest.h>

#include "log/block_cache.h"
#include "tests/log/block_fixture.h"

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

/// Room for so many of them, and a half.
std::size_t room_for(const std::vector<std::shared_ptr<const Block>>& blocks, std::size_t count) {
  constexpr std::size_t kBookkeeping = 320;
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
