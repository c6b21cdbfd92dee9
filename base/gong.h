// A bell that many sleep on, each to its own deadline, and that wakes all of them by one system call.
//
// Threads: any. Owns: nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace daybook {

/// What is waited for is asked between strokes() and wait_until(): then no stroke is missed.
class Gong {
 public:
  Gong() = default;
  Gong(const Gong&) = delete;
  Gong& operator=(const Gong&) = delete;

  /// How often it was struck.
  [[nodiscard]] std::uint32_t strokes() const { return strokes_.load(std::memory_order_acquire); }
  /// Sleeps until it was struck since strokes() said `seen`, or for no reason; false: `until` passed.
  [[nodiscard]] bool wait_until(std::uint32_t seen, std::chrono::steady_clock::time_point until);
  void strike();

 private:
  std::atomic<std::uint32_t> strokes_{0};
};

}  // namespace daybook
