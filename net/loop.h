// One thread's event loop: Asio's, with Cap'n Proto's (KJ) on top. Sockets and timers are Asio's; promises run in turns
// between what Asio has to do.
//
// Threads: made, run and destroyed on one; post(), stop() and borrow() from any, while it lives. Owns: both event
// loops. All KJ objects of the thread are destroyed before it; before_end() is the place.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <kj/async.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/mutex.h"
#include "daybook/clock.h"
#include "net/waker.h"

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
  void post(Work work) { put(std::move(work), false); }

  /// Makes borrow() borrow: `quiet` says, on whatever thread runs the loop, whether nothing at all is on its way there.
  /// This thread only.
  void lend_when(std::function<bool()> quiet) { quiet_ = std::move(quiet); }

  /// Runs `work` on the loop, and then the loop, on this thread until `done()`: a thread that would wait for an answer
  /// fetches it itself, and two are not woken for it. Only while nobody else has anything to do here, and where the
  /// last few calls found it so; otherwise `work` is posted, as by post(). In both cases `done()` may still say no when
  /// this returns: the loop's own thread goes on. Any thread; blocks as long as that takes.
  template <class Done>
  void borrow(Work work, Done done) {
    if (!take_over()) return put(std::move(work), true);
    work();
    while (!done() && borrowed_step()) {
    }
    give_back();
  }

  /// Whether this thread runs the loop now: its own, or one that borrowed it.
  [[nodiscard]] bool runs_here() const;

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

  /// Asio's loop, whose pending operations can be dropped before it is.
  class Context : public boost::asio::io_context {
   public:
    Context() : io_context(1) {}
    void drop_pending() { shutdown(); }
  };

  /// Who runs it.
  enum class Runner : std::uint8_t { own_thread, borrower, nobody };

  void put(Work work, bool call);
  [[nodiscard]] bool step();
  void run_posted();
  void woken();
  void tell(Runner runner);
  void enter();
  void leave();
  [[nodiscard]] static bool runs_any_here();

  void note_calls(bool call);
  [[nodiscard]] bool lends();
  void lend();
  void wait_for_return(Lock& lock) DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] bool take_over();
  [[nodiscard]] bool borrowed_step();
  void give_back();

  const Clock& clock_;
  Context context_;  ///< Until the end: promises that only go with KJ's loop may hold sockets and timers.
  std::unique_ptr<Port> port_;
  kj::EventLoop events_;
  std::optional<kj::WaitScope> scope_;  ///< Of the thread that runs it.
  std::vector<Work> at_end_;
  std::vector<Work> running_;  ///< What run_posted() took, so that its memory is used again.

  std::function<bool()> quiet_;    ///< Null: it is not lent.
  bool borrowed_ = false;          ///< Whoever runs it now has borrowed it.
  bool call_ = false;              ///< What is on its way is one call, which found the loop quiet.
  unsigned calls_ = 0;             ///< So many of that kind in a row.
  std::atomic<bool> back_{false};  ///< The borrower is to leave.

  Mutex mutex_;
  std::vector<Work> posted_ DAYBOOK_GUARDED_BY(mutex_);
  bool told_ DAYBOOK_GUARDED_BY(mutex_) = false;         ///< The loop knows that there is something in `posted_`.
  bool posted_call_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< And that it is one call, and nothing else.
  Runner who_ DAYBOOK_GUARDED_BY(mutex_) = Runner::own_thread;
  bool used_ DAYBOOK_GUARDED_BY(mutex_) = false;    ///< Somebody borrowed it since its own thread looked.
  bool wanted_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< By its own thread.
  Bell returned_;                                   ///< For its own thread, while it is lent.

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_{context_.get_executor()};
  Waker waker_{context_};
};

}  // namespace daybook::net
