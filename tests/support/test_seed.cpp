// doctest prints a message of a passing test too, so the seed is always in the log of a run.
#include "tests/support/test_seed.h"

#include <cstdlib>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace daybook::test {

std::uint64_t test_seed() {
  std::uint64_t seed = std::random_device{}();
  if (const char* given = std::getenv("DAYBOOK_TEST_SEED")) seed = std::stoull(given);
  MESSAGE("to run this again: DAYBOOK_TEST_SEED=" << seed);
  return seed;
}

}  // namespace daybook::test
