// The store: what a write holds is there whole, for its own process and for readers beside it.
#include <atomic>
#include <filesystem>
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
  REQUIRE(store.scan(prefix, [&](std::string_view, std::string_view) { return ++rows > 0; }).has_value());
  return rows;
}

}  // namespace

TEST_CASE("state store: beside a writer at full speed every snapshot is whole") {
  const test::ScratchDirectory scratch;
  // A row a write, and how many there are as the record: a snapshot with a hole has fewer rows than it says. A small
  // buffer makes the writer flush, and delete logs, every few writes.
  constexpr std::size_t kBufferBytes = 64 * 1024;
  auto writer = open_store(scratch / "state", StateStore::Access::read_write, kBufferBytes);
  std::atomic<std::uint64_t> snapshots = 0;
  std::atomic<bool> stop = false;
  std::uint64_t written = 0;
  std::jthread thread([&] {
    const std::string value(5000, 'v');
    while (!stop) {
      StateStore::Batch batch;
      batch.put("row" + std::to_string(written + 1), value);
      if (!writer->write(batch, std::to_string(written + 1))) break;
      ++written;
    }
  });
  std::uint64_t last = 0;
  std::uint64_t holes = 0;
  while (snapshots < 400 && holes == 0) {
    const auto reader = StateStore::open(scratch / "state", StateStore::Access::read_only);
    if (!reader) {
      CHECK_MESSAGE(reader.error().code == Code::not_found, reader.error().message);
      continue;
    }
    ++snapshots;
    const std::uint64_t count = std::stoull((*reader)->record().value().value_or("0"));
    holes += row_count(**reader, "row") == count && count >= last ? 0 : 1;
    last = count;
  }
  stop = true;
  thread.join();
  CHECK(holes == 0);
  CHECK(last > 100);
  CHECK(row_count(*writer, "row") == written);
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

}  // namespace daybook
