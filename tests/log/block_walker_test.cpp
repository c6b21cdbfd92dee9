// Blocks read in order are compared with their neighbours: each link may hold, and the history may still be of two
// logs.
#include <memory>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/block_walker.h"
#include "log/recovery.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE("block walker: a block of another history between two is corruption, in both directions") {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  Core core(Options{.create_if_missing = true, .in_memory = true}, "/walked", *env);
  const auto opened = open_writer(core);
  REQUIRE(opened);
  BlockChain own(core.log_id);
  BlockChain other(LogId{{1, 2, 3}});
  std::vector<std::shared_ptr<const Block>> blocks;
  for (int i = 0; i < 4; ++i) {
    const Commit commit{.events = {{.stream = "s", .type = "T"}, {.stream = "s", .type = "T"}}};
    auto ours = own.seal({commit});
    auto theirs = other.seal({commit});
    blocks.push_back(i == 2 ? std::move(theirs) : std::move(ours));
  }
  REQUIRE(core.store()->write_group(blocks, true));

  BlockWalker forward(core, Sequence(1), Direction::forward);
  REQUIRE(forward.next());
  REQUIRE(forward.next());
  const auto third = forward.next();
  REQUIRE(!third);
  CHECK(third.error().code == Code::corruption);
  CHECK(third.error().message.find("sequence 5") != std::string::npos);

  BlockWalker backward(core, Sequence(8), Direction::backward);
  REQUIRE(backward.next());
  const auto before = backward.next();
  REQUIRE(!before);
  CHECK(before.error().code == Code::corruption);
}
