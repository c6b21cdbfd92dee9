// Random numbers that are the same everywhere: the standard's distributions are not, so a seed would mean other events
// with another library.
//
// Threads: one at a time. Owns: its state. Source: xoshiro256** and splitmix64, https://prng.di.unimi.it/
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace daybook::cli {

/// A sequence of numbers that the seed determines.
class Random {
 public:
  /// The four words of state come from splitmix64, so that seeds that are close give sequences that are not.
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      word = mixed ^ (mixed >> 31);
    }
  }

  /// The next 64 bits.
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// A number below `end`, which is at least 1. For ends far below 2^64 the remainder's bias cannot be seen.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  /// A number from `low` through `high`.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  /// True in `permille` of a thousand calls.
  bool chance(std::uint64_t permille) { return below(1000) < permille; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace daybook::cli
