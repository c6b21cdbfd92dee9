// Wakes a loop from another thread by one system call, with no lock of Asio's held meanwhile: Asio's own post() holds
// it while it wakes, and the woken thread's first act is to want it.
//
// Threads: wake() any, while it lives; the rest the loop's. Owns: a descriptor.
#pragma once

#include <functional>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace daybook::net {

class Waker {
 public:
  /// Ends the program where the system has no descriptor left, as an io_context does.
  explicit Waker(boost::asio::io_context& context);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// Has `woken` called on the loop after each wake(), or after several. Once.
  void start(std::function<void()> woken);
  void wake();

 private:
  void wait();

  boost::asio::posix::stream_descriptor descriptor_;
  std::function<void()> woken_;
};

}  // namespace daybook::net
