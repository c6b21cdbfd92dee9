// Many clients behind a line that is cut again and again, at any byte: they are told what they would have been told
// over a good one.
#include <random>

#include <doctest/doctest.h>

#include "tests/remote/crowd.h"
#include "tests/remote/patience.h"
#include "tests/remote/proxy.h"
#include "tests/remote/served_log.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Until the line was cut `cuts` times: appends go on, and subscriptions too.
void bear(Crowd& crowd, const CuttingProxy& line, std::uint64_t cuts) {
  while (line.counts().cuts() < cuts) crowd.await_progress(20, 20);
}

void tell(const ProxyCounts& counts, std::uint64_t acknowledged) {
  MESSAGE(counts.connections.load() << " connections, " << counts.closed.load() << " closed, " << counts.reset.load()
                                    << " reset, " << counts.refused.load() << " refused, " << counts.swallowed.load()
                                    << " swallowed, " << counts.held.load() << " times bytes lay; " << acknowledged
                                    << " commits acknowledged");
}

}  // namespace

TEST_CASE(
    "remote cut: behind a line that drops, delays, cuts messages in half and resets, 16 appending and 16 subscribing "
    "clients lose nothing, have nothing twice, and see the log in order") {
  std::mt19937_64 random(test_seed());
  const std::uint64_t cuts = often("DAYBOOK_CUTS", 1500, 300);
  ServedLog server({"--durability", "buffered"});
  CuttingProxy line(server.address(), random());
  Crowd crowd(line.address(), random(), 16, 16);
  bear(crowd, line, cuts);
  line.calm();
  crowd.await_progress(200, 200);
  crowd.finish();
  tell(line.counts(), crowd.acknowledged());
  server.stop();
  crowd.check(events_in(server.directory()));
  const CliResult verified = run_cli({"verify", "--log", server.directory()});
  CHECK_MESSAGE(verified.exit_code == 0, verified.out << verified.err);
}

TEST_CASE("remote cut: a bad line and a server that is killed behind it, both at once, change nothing of that") {
  std::mt19937_64 random(test_seed());
  const std::uint64_t kills = often("DAYBOOK_ROUNDS", 6, 2);
  ServedLog server;
  CuttingProxy line(server.address(), random());
  Crowd crowd(line.address(), random(), 8, 8);
  for (std::uint64_t kill = 0; kill < kills; ++kill) {
    bear(crowd, line, line.counts().cuts() + 40);
    server.kill();
    server.start();
    server.await_ready();
  }
  line.calm();
  crowd.finish();
  tell(line.counts(), crowd.acknowledged());
  server.stop();
  crowd.check(events_in(server.directory()));
}
