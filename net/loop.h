// One thread's event loop: Asio's, with Cap'n Proto's (KJ) on top. Sockets and timers are Asio's; promises run in turns
// that Asio is asked for.
//
// Threads: made, run and destroyed on one; post() and stop() from any. Owns: both event loops. All KJ objects of the
// thread are destroyed before it.
#pragma once

#include <kj/async.h>
#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace daybook::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs what comes until stop(). `Promise::wait()` must not be called on this thread, now or ever: a promise that
  /// waits would have to run Asio inside of it, and whatever else is due with it.
  void run();

  /// Makes run() return soon; what is pending then is dropped with the loop.
  void stop();

  /// Has `work` run on the loop's thread; in the order of the calls.
  void post(std::move_only_function<void()> work);

  /// Done when `wait` has passed; dropping the promise drops the timer. This thread only.
  [[nodiscard]] kj::Promise<void> after(std::chrono::nanoseconds wait);

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

 private:
  class Port;

  boost::asio::io_context context_{1};
  std::unique_ptr<Port> port_;
  kj::EventLoop events_;
  kj::WaitScope scope_;
};

}  // namespace daybook::net
