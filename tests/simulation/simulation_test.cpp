// What a bounded time allows on every build; scripts/simulate.sh runs as many seeds as one likes.
#include <chrono>
#include <cstdlib>
#include <map>

#include <doctest/doctest.h>

#include "tests/simulation/simulation.h"

using namespace daybook;
using namespace daybook::simulation;

namespace {

constexpr std::uint64_t kTwiceSeeds = 20;
constexpr std::chrono::seconds kSimulateFor{40};

std::string replay_of(std::uint64_t seed) {
  return "step by step: scripts/simulate.sh --seeds 1 --trace --first-seed " + std::to_string(seed);
}

}  // namespace

TEST_CASE("simulation: the same seed gives the same run, call by call") {
  for (std::uint64_t seed = 1; seed <= kTwiceSeeds; ++seed) {
    INFO(replay_of(seed));
    const RunReport once = Simulation(seed, false).run();
    const RunReport again = Simulation(seed, false).run();
    CHECK(once.trouble.empty());
    CHECK(once.digest == again.digest);
    CHECK(once.calls == again.calls);
  }
}

TEST_CASE("simulation: for a bounded time one seed after another keeps every promise") {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  const std::uint64_t first = given == nullptr ? 1000 : std::strtoull(given, nullptr, 10);
  const auto end = std::chrono::steady_clock::now() + kSimulateFor;
  std::uint64_t commits = 0;
  std::uint64_t crashes = 0;
  for (std::uint64_t seed = first; std::chrono::steady_clock::now() < end; ++seed) {
    INFO(replay_of(seed));
    const RunReport outcome = Simulation(seed, false).run();
    REQUIRE_MESSAGE(outcome.trouble.empty(), outcome.trouble);
    commits += outcome.commits;
    crashes += outcome.crashes;
  }
  CHECK(commits > 0);
  CHECK(crashes > 0);
}
