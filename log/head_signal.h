// The head as readers see it, and the bell that rings when it moves.
//
// Threads: any. publish() from the sequencer (or a follower's refresh).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/mutex.h"
#include "daybook/clock.h"
#include "daybook/ids.h"

namespace daybook {

class HeadSignal {
 public:
  [[nodiscard]] Sequence head() const { return Sequence(head_.load(std::memory_order_acquire)); }

  void publish(Sequence head) {
    move(head);
    ring();
  }
  /// As publish(), but for the bell.
  void move(Sequence head) { head_.store(head.value(), std::memory_order_release); }

  /// Wakes every waiter, so that it looks around.
  void ring() {
    {
      const Lock lock(mutex_);
    }  // a waiter between its look and its sleep would miss the bell
    bell_.notify_all();
  }

  /// Sleeps until the head is beyond `seen`, `stop` returns true, or `wait` passed.
  template <class Stop>
  void wait_beyond(Sequence seen, std::chrono::nanoseconds wait, Stop stop) {
    const auto until = Clock::system().steady_now() + wait;  // sleeping takes real time, whatever Options::clock says
    Lock lock(mutex_);
    while (head() <= seen && !stop()) {
      if (!bell_.wait_until(lock, until)) return;
    }
  }

 private:
  std::atomic<std::uint64_t> head_{0};
  Mutex mutex_;  ///< Of the bell; the head is not guarded by it.
  Bell bell_;
};

}  // namespace daybook
