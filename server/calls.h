// What all loops of a server count together: calls in progress, so that stop() can wait for them, and the figures.
//
// Threads: any. Owns: nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/mutex.h"
#include "daybook/clock.h"

namespace daybook::server {

/// Counts calls, and knows whether new ones are still taken.
class Calls {
 public:
  /// A call that is being worked on; counted as answered when this goes.
  class InProgress {
   public:
    explicit InProgress(Calls& calls) : calls_(&calls) { calls_->now_.fetch_add(1); }
    InProgress(InProgress&& other) noexcept : calls_(std::exchange(other.calls_, nullptr)) {}
    InProgress& operator=(InProgress&&) = delete;
    InProgress(const InProgress&) = delete;
    InProgress& operator=(const InProgress&) = delete;
    ~InProgress() {
      if (calls_ != nullptr) calls_->end();
    }

   private:
    Calls* calls_;
  };

  [[nodiscard]] InProgress begin() { return InProgress(*this); }

  /// From now on stopping() is true.
  void stop() { stopping_.store(true); }
  /// Whether new calls are refused.
  [[nodiscard]] bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  /// Waits, after stop(), until no call is in progress, or `until`; false: some still are.
  bool wait_for_none(std::chrono::steady_clock::time_point until);

  /// Since the start.
  [[nodiscard]] std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }

 private:
  void end();

  std::atomic<std::size_t> now_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  Bell none_;  ///< Rings when the last one ends while stopping.
};

}  // namespace daybook::server
