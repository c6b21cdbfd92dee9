// Many clients at once over lines that are cut: what each was told must fit one order of all commits that respects time
// (tests/log/linear_history.h), whatever was sent twice on the way.
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/client.h"
#include "daybook/server.h"
#include "tests/log/linear_client.h"
#include "tests/log/linear_history.h"
#include "tests/log/log_fixture.h"
#include "tests/remote/crowd.h"
#include "tests/remote/patience.h"
#include "tests/remote/proxy.h"
#include "tests/remote/served_log.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr int kClients = 16;

/// A served log, in this process, and clients of it at work.
void run_clients(std::uint64_t seed, int rounds, bool cut) {
  LogFixture log(true, [](Options& options) {
    options.index_batch_events = 1000;
    options.block_bytes_max = 4096;
  });
  const auto server = Server::start(*log.operator->(), {.listen = {"127.0.0.1:0"}});
  if (!server) FAIL(to_string(server.error()));
  CuttingProxy line((*server)->addresses().front(), seed);
  const std::string& address = cut ? line.address() : (*server)->addresses().front();

  LinearHistory history;
  std::vector<std::unique_ptr<Log>> logs;
  std::vector<LinearClient> clients;
  for (int number = 0; number < kClients; ++number) {
    auto connected = connect(address, quick_client(seed + static_cast<std::uint64_t>(number)));
    if (!connected) FAIL(to_string(connected.error()));
    logs.push_back(std::move(*connected));
    clients.emplace_back(*logs.back(), history, seed, number);
  }
  std::vector<std::thread> threads;
  for (LinearClient& client : clients) threads.emplace_back([&client, rounds] { client.run(rounds); });
  for (std::thread& thread : threads) thread.join();
  logs.clear();

  std::vector<std::string> events;
  for (const PinnedEvent& event : log.events({})) events.emplace_back(event.view().data());
  for (LinearClient& client : clients) client.tell(history);
  history.check(events);
  MESSAGE(history.appended() << " appended, " << history.repeated() << " repeated, " << history.refused()
                             << " refused, " << history.unknown() << " unknown, " << line.counts().cuts() << " cuts");
  CHECK(history.appended() > static_cast<std::size_t>(rounds) * 2);
  CHECK(history.refused() > 0);
  CHECK(history.repeated() > static_cast<std::size_t>(rounds) / 2);
  if (cut) CHECK(line.counts().cuts() > 10);
  const auto report = log->verify();
  REQUIRE(report);
  CHECK(report->clean());
}

}  // namespace

TEST_CASE("remote linearizability: what 16 clients were told over the wire is one order, which respects time") {
  run_clients(test_seed(), static_cast<int>(often("DAYBOOK_LINEAR_ROUNDS", 200, 50)), false);
}

TEST_CASE("remote linearizability: it is also where lines are cut and commits are sent again") {
  run_clients(test_seed(), static_cast<int>(often("DAYBOOK_LINEAR_ROUNDS", 150, 40)), true);
}
