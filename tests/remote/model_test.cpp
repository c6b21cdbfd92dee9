// Random commits with conditions and keys, reads, queries, look-ups and subscriptions, all over the wire, compared with
// the simulation's model (tests/simulation/model.h); the server is begun anew in between, and so are connections.
#include <string>

#include <doctest/doctest.h>

#include "tests/remote/patience.h"
#include "tests/remote/wire_world.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE("remote model: what a client is told over the wire is what a list in memory says") {
  const std::uint64_t seed = test_seed();
  const std::uint64_t worlds = often("DAYBOOK_WORLDS", 24, 4);
  std::uint64_t appended = 0;
  std::uint64_t refused = 0;
  std::uint64_t restarts = 0;
  for (std::uint64_t number = 0; number < worlds; ++number) {
    CAPTURE(number);
    WireWorld world(seed + number);
    for (int step = 0; step < 250 && world.trouble().empty(); ++step) world.step();
    world.finish();
    REQUIRE(world.trouble() == "");
    appended += world.appended();
    refused += world.refused();
    restarts += world.restarts();
  }
  MESSAGE(appended << " commits appended, " << refused << " refused, " << restarts << " restarts");
  CHECK(appended > worlds * 20);
  CHECK(restarts > 0);
}
