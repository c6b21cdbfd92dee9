// One thread's event loop: Asio's, with Cap'n Proto's (KJ) on top. Sockets and timers are Asio's; promises run in turns
// that Asio is asked for.
//
// Threads: made, run and destroyed on one; post() and stop() from any, while it lives. Owns: both event loops. All KJ
// objects of the thread are destroyed before it; before_end() is the place.
#pragma once

#include <kj/async.h>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/mutex.h"
#include "daybook/clock.h"

namespace daybook::net {

/// The event loop of the thread that makes it. At most one a thread.
class Loop {
 public:
  /// What can be handed to a loop.
  using Work = std::move_only_function<void()>;

  /// `clock` answers now() and outlives the loop; timers are the operating system's in any case.
  explicit Loop(const Clock& clock = Clock::system());
  /// Drops what is pending, here.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs what comes until stop(), then what before_end() was given. Once. `Promise::wait()` must not be called on this
  /// thread, now or ever: a promise that waits would have to run Asio inside of it, and whatever else is due with it.
  void run();

  /// Makes run() return soon; what is pending then is dropped with the loop. Any thread; never blocks.
  void stop();

  /// Has `work` run on the loop's thread, in the order of the calls; all that is posted before the loop gets to it
  /// costs one wake-up. Once run() has ended, `work` is not run: it is destroyed with the loop, on its thread. Any
  /// thread.
  void post(Work work);

  /// Has `work` run on this thread when run() ends, the last one given first: to destroy what uses the loop.
  void before_end(Work work);

  /// Done when `wait` has passed; dropping the promise drops the timer. This thread only.
  [[nodiscard]] kj::Promise<void> after(std::chrono::nanoseconds wait);

  /// Monotonic time by the loop's clock.
  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return clock_.steady_now(); }

  /// The clock that it was given.
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// For sockets and timers that live and die on this thread.
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

 private:
  class Port;

  void run_posted();

  const Clock& clock_;
  std::unique_ptr<Port> port_;
  kj::EventLoop events_;
  kj::WaitScope scope_;
  std::vector<Work> at_end_;
  std::vector<Work> running_;  ///< What run_posted() took, so that its memory is used again.

  Mutex mutex_;
  std::vector<Work> posted_ DAYBOOK_GUARDED_BY(mutex_);
  bool told_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< The loop knows that there is something in `posted_`.

  boost::asio::io_context context_{1};  ///< Last: what it drops may reject promises, which the event loop must see.
};

}  // namespace daybook::net
