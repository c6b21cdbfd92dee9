// Many threads against a model: what concurrent appends, reads and retries came to must be what some one-by-one order
// of them would have come to, and that order must respect which call ended before which began
// (tests/log/linear_history.h).
#include <thread>

#include <doctest/doctest.h>

#include "tests/log/linear_client.h"
#include "tests/log/linear_history.h"
#include "tests/log/log_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr int kThreads = 64;
constexpr int kRoundsPerThread = 200;

}  // namespace

TEST_CASE(
    "linearizability: what 64 threads with conditions, reads and retries were told is one order, which respects time") {
  const std::uint64_t seed = random_seed();
  MESSAGE(replay_of(seed));
  LogFixture log(true, [](Options& options) {
    options.index_batch_events = 1000;
    options.block_bytes_max = 4096;
  });
  LinearHistory history;
  std::vector<LinearClient> clients;
  for (int t = 0; t < kThreads; ++t) clients.emplace_back(*log.operator->(), history, seed, t);
  std::vector<std::thread> threads;
  for (LinearClient& client : clients) threads.emplace_back([&client] { client.run(kRoundsPerThread); });
  for (std::thread& thread : threads) thread.join();

  std::vector<std::string> events;
  for (const PinnedEvent& event : log.events({})) events.emplace_back(event.view().data());
  for (LinearClient& client : clients) client.tell(history);
  history.check(events);
  CHECK(log->head().value() == events.size());
  // Nothing that the check is about was missing.
  CHECK(history.appended() > 1000);
  CHECK(history.refused() > 100);
  CHECK(history.repeated() > 500);
  const auto report = log->verify();
  REQUIRE(report);
  CHECK(report->clean());
}
