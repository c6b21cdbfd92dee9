// Where a random test takes its randomness from, so that a failure can be run again.
//
// Threads: the test's.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace daybook::test {

/// DAYBOOK_TEST_SEED, or a new seed each run.
inline std::uint64_t random_seed() {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

/// How to run it again; for INFO.
inline std::string replay_of(std::uint64_t seed) {
  return "run again with DAYBOOK_TEST_SEED=" + std::to_string(seed);
}

/// Any of `choices`.
template <class Choices>
const auto& one_of(std::mt19937_64& random, const Choices& choices) {
  return choices[random() % std::size(choices)];
}

}  // namespace daybook::test
