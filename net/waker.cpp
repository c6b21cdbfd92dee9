// An eventfd: see eventfd(2). What is written to it counts up until it is read, so no call to wake() is lost.
#include "net/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace daybook::net {
namespace {

int make_eventfd() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  DAYBOOK_CHECK(descriptor >= 0, "the system has a descriptor left for an eventfd");
  return descriptor;
}

}  // namespace

Waker::Waker(boost::asio::io_context& context) : descriptor_(context, make_eventfd()) {}

void Waker::start(std::function<void()> woken) {
  woken_ = std::move(woken);
  wait();
}

void Waker::wake() {
  const std::uint64_t once = 1;
  // It fails only where it would count beyond 64 bits.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_.native_handle(), &once, sizeof once);
}

void Waker::wait() {
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const auto& error) {
    if (error) return;
    std::uint64_t times = 0;
    [[maybe_unused]] const ssize_t read = ::read(descriptor_.native_handle(), &times, sizeof times);
    wait();
    woken_();
  });
}

}  // namespace daybook::net
