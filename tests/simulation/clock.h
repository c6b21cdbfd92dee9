// Time as the simulation says it is: wall time, which may jump, and steady time, which does not.
//
// Threads: any. Owns: both times.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "daybook/clock.h"

namespace daybook::simulation {

class SimulatedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::nanoseconds(wall_ns_)); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(steady_ns_));
  }
  /// Both go on.
  void advance(std::chrono::nanoseconds by) {
    wall_ns_ += by.count();
    steady_ns_ += by.count();
  }
  /// Wall time alone moves, also back.
  void jump(std::chrono::nanoseconds by) { wall_ns_ += by.count(); }

 private:
  std::atomic<std::int64_t> wall_ns_{1'700'000'000'000'000'000};
  std::atomic<std::int64_t> steady_ns_{1'000'000'000};
};

}  // namespace daybook::simulation
