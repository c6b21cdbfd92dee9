// A subscriber that stands still: its process is stopped, not gone, so its machine still answers for it. Everybody else
// goes on at full speed, the server keeps nothing for it, and when it goes on it is given what it missed.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/client.h"
#include "tests/remote/crowd.h"
#include "tests/remote/patience.h"
#include "tests/remote/served_log.h"
#include "tests/support/cli_process.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kDataBytes = 500;
constexpr std::size_t kCommitEvents = 100;
/// What the server may grow by while one subscriber stands still: far less than what that one misses.
constexpr std::size_t kGrowthMax = 48 * kMiB;

std::unique_ptr<Log> connected(const std::string& address) {
  auto log = connect(address, quick_client(1));
  if (!log) FAIL(to_string(log.error()));
  return std::move(*log);
}

/// Appends events until there are `count` more, some commits at a time; then all of them are acknowledged.
void append_events(Log& log, std::uint64_t count) {
  Commit commit;
  for (std::size_t i = 0; i < kCommitEvents; ++i) {
    commit.events.push_back({.stream = "s" + std::to_string(i), .type = "T", .data = std::string(kDataBytes, 'd')});
  }
  Progress answers;
  std::uint64_t flying = 0;
  std::string trouble;
  for (std::uint64_t left = count / kCommitEvents; left > 0; --left) {
    REQUIRE(answers.wait_for([&] { return flying < 16; }));
    answers.note([&] { ++flying; });
    REQUIRE(log.append_async(commit, [&](Result<Appended> result) {
      answers.note([&] {
        --flying;
        if (!result) trouble = to_string(result.error());
      });
    }));
  }
  REQUIRE(answers.wait_for([&] { return flying == 0; }));
  REQUIRE(trouble == "");
}

/// Follows on a thread of its own, and counts.
class Counter {
 public:
  explicit Counter(const std::string& address) : log_(connected(address)), thread_([this] { run(); }) {}
  ~Counter() {
    progress_.note([&] { leaving_ = true; });
    thread_.join();
  }
  /// Waits until it was given every event through `sequence`.
  void await(std::uint64_t sequence) {
    REQUIRE(progress_.wait_for([&] { return last_ >= sequence || !trouble_.empty(); }));
    REQUIRE(trouble_ == "");
  }

 private:
  void run() {
    auto subscription = log_->subscribe();
    std::uint64_t last = 0;
    std::string trouble;
    for (bool leaving = false; !leaving;) {
      const auto delivery = subscription ? (*subscription)->next(std::chrono::milliseconds(100))
                                         : Result<Delivery>(std::unexpected(subscription.error()));
      if (!delivery) trouble = to_string(delivery.error());
      if (delivery && delivery->batch) {
        for (const EventView event : *delivery->batch) {
          if (event.sequence().value() != ++last) trouble = "not in order at " + std::to_string(last);
        }
      }
      progress_.note([&] {
        last_ = last;
        trouble_ = trouble;
        leaving = leaving_ || !trouble.empty();
      });
    }
  }

  std::unique_ptr<Log> log_;
  Progress progress_;
  std::uint64_t last_ = 0;
  std::string trouble_;
  bool leaving_ = false;
  std::thread thread_;
};

/// The next sequence that a `tail --json` prints.
std::uint64_t next_sequence(CliProcess& tail) {
  const auto line = tail.read_line();
  REQUIRE_MESSAGE(line.has_value(), "tail has ended");
  constexpr std::string_view kBegin = R"({"sequence":)";
  REQUIRE(line->starts_with(kBegin));
  return std::stoull(line->substr(kBegin.size()));
}

/// How long it stands still beyond the events that it misses; by hand.
std::chrono::seconds soak_time() {
  const char* const given = std::getenv("DAYBOOK_SOAK_SECONDS");
  return std::chrono::seconds(given == nullptr ? 0 : std::stoi(given));
}

}  // namespace

TEST_CASE(
    "remote stopped: while a subscriber's process is stopped others follow at full speed and the server's memory stays "
    "flat; when it goes on it is given each event once and in order") {
  const std::uint64_t missed = often("DAYBOOK_MISSED_EVENTS", 300'000, 20'000);
  // Once around everything that fills up by itself: caches, the tail in memory, RocksDB's write buffers.
  const std::uint64_t before = missed;
  ServedLog server({"--durability", "buffered", "--block-cache-bytes", "8MiB", "--storage-cache-bytes", "8MiB"});
  const auto log = connected(server.address());
  std::vector<std::unique_ptr<Counter>> others;
  for (int i = 0; i < 4; ++i) others.push_back(std::make_unique<Counter>(server.address()));
  append_events(*log, before);

  CliProcess tail({"tail", "--server", server.address(), "--from", std::to_string(before), "--json"});
  REQUIRE(next_sequence(tail) == before);
  tail.signal(SIGSTOP);

  for (auto& other : others) other->await(before);
  const std::size_t memory = resident_bytes(server.pid());
  std::size_t memory_most = memory;
  std::uint64_t head = before;
  const auto soaked = std::chrono::steady_clock::now() + soak_time();
  while (head < before + missed || std::chrono::steady_clock::now() < soaked) {
    append_events(*log, missed / 20);
    head = log->head().value();
    for (auto& other : others) other->await(head);
    memory_most = std::max(memory_most, resident_bytes(server.pid()));
  }
  MESSAGE("missed " << (head - before) * kDataBytes / kMiB << " MiB of data; the server's memory: " << memory / kMiB
                    << " MiB, then at most " << memory_most / kMiB << " MiB");
  if (!kSanitized) CHECK(memory_most < memory + kGrowthMax);

  tail.signal(SIGCONT);
  for (std::uint64_t sequence = before + 1; sequence <= head; ++sequence) REQUIRE(next_sequence(tail) == sequence);
  CHECK_FALSE(tail.wait_for_line(std::chrono::milliseconds(50)));
  tail.signal(SIGINT);
  CHECK(tail.wait() == 130);
  others.clear();
  server.stop();
}
