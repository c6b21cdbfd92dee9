// The one source of chance in a simulation: a seed, and choices drawn from it the same way on every machine.
//
// Threads: one at a time. Owns: its state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>

namespace daybook::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  /// 0..end-1; `end` is at least 1.
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }
  /// low..high.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  /// True `percent` times of a hundred.
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  /// Any of `choices`.
  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return *std::next(std::begin(choices), static_cast<std::ptrdiff_t>(below(std::size(choices))));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace daybook::simulation
