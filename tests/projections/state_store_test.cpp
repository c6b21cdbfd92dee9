// The store: what a write holds is there whole, for its own process and for readers beside it.
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "projections/state_store.h"
#include "tests/support/cli_run.h"

namespace daybook {
namespace {

std::unique_ptr<StateStore> open_store(const std::filesystem::path& directory, StateStore::Access access,
                                       std::size_t write_buffer_bytes = StateStore::kWriteBufferBytes) {
  auto store = StateStore::open(directory, access, write_buffer_bytes);
  REQUIRE_MESSAGE(store.has_value(), store.error().message);
  return std::move(*store);
}

std::uint64_t row_count(StateStore& store, std::string_view prefix) {
  std::uint64_t rows = 0;
  REQUIRE(store.scan_after(prefix, {}, [&](std::string_view, std::string_view) { return ++rows > 0; }).has_value());
  return rows;
}

}  // namespace

TEST_CASE("state store: beside a busy writer every snapshot is whole") {
  const test::ScratchDirectory scratch;
  // Each write numbers the next of a ring of rows, and the record is that number: in a snapshot with a hole one of the
  // last rows has another number. A small buffer makes the writer flush, and delete logs, every hundred writes.
  constexpr std::size_t kBufferBytes = 64 * 1024;
  constexpr std::uint64_t kRing = 1000;
  constexpr std::uint64_t kChecked = 500;
  constexpr int kSnapshots = 50;
  // A writer that never rests can keep a reader out for long (`busy`): this one waits where it is far ahead.
  constexpr std::uint64_t kAhead = 2000;
  const auto writer = open_store(scratch / "state", StateStore::Access::read_write, kBufferBytes);
  const auto row_of = [](std::uint64_t number) { return "row" + std::to_string(number % kRing); };
  const auto value_of = [](std::uint64_t number) { return std::to_string(number) + std::string(500, '.'); };
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> seen = 0;
  std::jthread thread([&] {
    for (std::uint64_t number = 1; !stop; ++number) {
      while (number > seen + kAhead && !stop) std::this_thread::yield();
      StateStore::Batch batch;
      batch.put(row_of(number), value_of(number));
      if (!writer->write(batch, std::to_string(number))) break;
    }
  });
  std::uint64_t last = 0;
  std::uint64_t holes = 0;
  int snapshots = 0;
  for (int attempt = 0; attempt < 3 * kSnapshots && snapshots < kSnapshots && holes == 0; ++attempt) {
    const auto reader = StateStore::open(scratch / "state", StateStore::Access::read_only);
    if (!reader) {
      // Not made yet, or never at rest for as long as an open takes.
      CHECK_MESSAGE((reader.error().code == Code::not_found || reader.error().code == Code::busy),
                    reader.error().message);
      continue;
    }
    const std::uint64_t number = std::stoull((*reader)->record().value().value_or("0"));
    holes += number < last ? 1 : 0;
    std::string value;
    for (std::uint64_t i = number; i > 0 && i + kChecked > number; --i) {
      holes += (*reader)->get(row_of(i), value).value() && value == value_of(i) ? 0 : 1;
    }
    snapshots += number > last ? 1 : 0;
    last = number;
    seen = number;
  }
  stop = true;
  thread.join();
  CHECK(holes == 0);
  CHECK(snapshots > 0);
  MESSAGE(snapshots << " snapshots of " << last << " writes");
}

TEST_CASE("state store: all rows can be replaced in one write") {
  const test::ScratchDirectory scratch;
  {
    const auto store = open_store(scratch / "state", StateStore::Access::read_write);
    StateStore::Batch rows;
    for (const char* key : {"a", "b", "\xff\xff"}) rows.put(key, "old");
    REQUIRE(store->write(rows, "old").has_value());
    StateStore::Batch anew;
    anew.erase_all();
    REQUIRE(store->write(anew, "new").has_value());
    CHECK(row_count(*store, "") == 0);
  }
  const auto store = open_store(scratch / "state", StateStore::Access::read_only);
  CHECK(row_count(*store, "") == 0);
  CHECK(store->record().value() == "new");
}

TEST_CASE("state store: what replaced all rows is there whole, in whichever order it was written") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state", StateStore::Access::read_write);
  for (int round = 0; round < 20; ++round) {
    StateStore::Batch batch;
    batch.erase_all();
    for (int i = 0; i < 50; ++i) batch.put(std::to_string(i * 37 % 50), std::to_string(round));
    REQUIRE(store->write(batch, "record").has_value());
    CHECK(row_count(*store, "") == 50);
    CHECK(row_count(*store, "4") == 11);
    std::string value;
    for (int i = 0; i < 50; ++i)
      CHECK((store->get(std::to_string(i), value).value() && value == std::to_string(round)));
  }
}

TEST_CASE("state store: a scan begins behind a key") {
  const test::ScratchDirectory scratch;
  const auto store = open_store(scratch / "state", StateStore::Access::read_write);
  StateStore::Batch batch;
  for (const char* key : {"a", "b", "b\x01", "b1", "b2", "bb", "c"}) batch.put(key, "value");
  batch.put(std::string_view("b\0", 2), "value");
  REQUIRE(store->write(batch, "record").has_value());
  const auto keys_behind = [&](std::string_view prefix, std::string_view after) {
    std::string keys;
    const auto row = [&](std::string_view key, std::string_view) { return !keys.append(key).append(" ").empty(); };
    REQUIRE(store->scan_after(prefix, after, row).has_value());
    return keys;
  };
  CHECK(keys_behind("", "") == std::string("a b b\0 b\x01 b1 b2 bb c ", 21));
  CHECK(keys_behind("b", "a") == std::string("b b\0 b\x01 b1 b2 bb ", 17));
  CHECK(keys_behind("b", "b") == std::string("b\0 b\x01 b1 b2 bb ", 15));
  CHECK(keys_behind("b", "b1") == "b2 bb ");
  CHECK(keys_behind("b", "b11") == "b2 bb ");
  CHECK(keys_behind("b1", "b2").empty());
  CHECK(keys_behind("b", "c").empty());
  CHECK(keys_behind("", "bb") == "c ");
}

TEST_CASE("state store: its table files do not name the machine that made them") {
  const test::ScratchDirectory scratch;
  {
    const auto store = open_store(scratch / "state", StateStore::Access::read_write);
    StateStore::Batch batch;
    batch.put("key", "value");
    REQUIRE(store->write(batch, "record").has_value());
  }
  std::array<char, 256> machine{};
  REQUIRE(::gethostname(machine.data(), machine.size() - 1) == 0);
  int tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch / "state")) {
    if (entry.path().extension() != ".sst") continue;
    ++tables;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    // A property's name, as RocksDB writes it behind one that begins alike, then its value.
    CHECK(bytes.find("session.identity") != std::string::npos);
    CHECK(bytes.find(std::string("host.identity") + machine.data()) == std::string::npos);
  }
  CHECK(tables > 0);
}

}  // namespace daybook
