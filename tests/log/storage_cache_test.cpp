// What a look-up reads from disk may not grow with the log. Bytes are counted, not time.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Bytes that this process has read with system calls, whether or not the disk was asked.
std::uint64_t bytes_read() {
  std::ifstream numbers("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  numbers >> name >> bytes;
  REQUIRE(name == "rchar:");
  return bytes;
}

}  // namespace

TEST_CASE("storage cache: a look-up reads little, however large the filter is") {
  constexpr int kStreams = 200'000;  // the filter: 750 KB, more than one shard of the smallest cache
  constexpr int kLookUps = 200;
  LogFixture log(false, [](Options& options) {
    options.durability = Durability::buffered;
    options.index_batch_events = kStreams;
    options.storage_cache_bytes = std::size_t{1} << 20;
  });
  for (int first = 0; first < kStreams; first += 1000) {
    Commit commit;
    for (int i = first; i < first + 1000; ++i) {
      const std::string number = std::to_string(i);
      Uuid correlation;
      std::ranges::copy(number, correlation.bytes.begin());
      commit.events.push_back({.stream = "s" + number,
                               .type = "T" + std::to_string(i % 3),
                               .tags = {"t:" + std::to_string(i % 20'001)},
                               .correlation_id = correlation});
    }
    REQUIRE(log->append(std::move(commit)));
  }
  REQUIRE(log->flush_index());
  log.reopen();
  const std::uint64_t before = bytes_read();
  for (int i = 0; i < kLookUps; ++i) {
    REQUIRE(log->stream_head("absent-" + std::to_string(i))->version == Version(0));
    REQUIRE(log->stream_head("s" + std::to_string(i * 997))->version == Version(1));
  }
  CHECK((bytes_read() - before) / (2 * kLookUps) < 50'000);
}
