// What the store itself answers for, below the log.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <rocksdb/env.h>

#include "log/store.h"

#include "tests/support/cli_run.h"

namespace daybook {
namespace {

namespace fs = std::filesystem;

/// Each overlaps all that are there: one goes to each level from the last up, then enough to the first for a
/// compaction.
constexpr int kTables = 12;

void write_postings(Store& store) {
  const auto entries = [](const EntrySink& sink) {
    for (char at = 'a'; at <= 'z'; ++at) sink("s" + std::string(1, at), std::string(100, at));
  };
  REQUIRE(store.ingest(entries).has_value());
}

void damage_tables(const fs::path& directory) {
  std::size_t damaged = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file.put('\x5a');
    ++damaged;
  }
  REQUIRE(damaged >= kTables);
}

}  // namespace

TEST_CASE("store: damaged postings that are to be dropped are not compacted before they are") {
  rocksdb::Env& env = *rocksdb::Env::Default();
  for (int repeat = 0; repeat < 20; ++repeat) {
    const test::ScratchDirectory scratch;
    const fs::path directory(scratch.path());
    {
      const auto made = Store::open(env, directory, StoreMode::create, Options{});
      REQUIRE(made.has_value());
    }
    {
      // Nothing is compacted while they are written either, so that a compaction is due at the next opening.
      const auto store = Store::open(env, directory, StoreMode::reindex, Options{});
      REQUIRE(store.has_value());
      for (int table = 0; table < kTables; ++table) write_postings(**store);
    }
    damage_tables(directory / "log");
    const auto store = Store::open(env, directory, StoreMode::reindex, Options{});
    REQUIRE(store.has_value());
    REQUIRE((*store)->drop_postings().has_value());
    for (int table = 0; table < kTables; ++table) write_postings(**store);
  }
}

}  // namespace daybook
