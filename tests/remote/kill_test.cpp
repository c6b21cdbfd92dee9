// Kill -9 of the server while many clients append and follow, again and again, at the same address over the same
// directory. Clients know nothing of it: they are told what they would have been told, a little later.
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "tests/remote/crowd.h"
#include "tests/remote/patience.h"
#include "tests/remote/served_log.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE(
    "remote kill: under 16 appending and 16 subscribing clients, a server that is killed again and again loses no "
    "acknowledged event, has none twice, and gives each subscriber each event once and in order") {
  const std::uint64_t seed = test_seed();
  std::mt19937_64 random(seed);
  const std::uint64_t rounds = often("DAYBOOK_ROUNDS", 20, 5);
  ServedLog server;
  std::uint64_t acknowledged = 0;
  {
    Crowd crowd(server.address(), random(), 16, 16);
    for (std::uint64_t round = 0; round < rounds; ++round) {
      CAPTURE(round);
      crowd.await_progress(1 + random() % 400, random() % 4000);
      server.kill();
      const std::vector<std::string> flags{"--durability", random() % 3 == 0 ? "buffered" : "fsync"};
      server.start(flags);
      // Now and then it is killed before it listens, in the middle of its recovery.
      if (random() % 4 == 0) {
        server.kill();
        server.start(flags);
      }
      server.await_ready();
    }
    crowd.await_progress(200, 200);
    crowd.finish();
    acknowledged = crowd.acknowledged();
    server.stop();
    crowd.check(events_in(server.directory()));
  }
  const CliResult verified = run_cli({"verify", "--log", server.directory()});
  CHECK_MESSAGE(verified.exit_code == 0, verified.out << verified.err);
  MESSAGE(rounds << " kills, " << acknowledged << " commits acknowledged");
}
