// A flag alone would not do: a command that waits for standard input has to wake up, and a signal that arrives
// between asking for the flag and calling read() would be slept through. So the handler also writes to an eventfd,
// which stays readable. SA_RESETHAND gives the second signal its default meaning: nobody is ever stuck.
#include "cli/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace daybook::cli {
namespace {

std::atomic<int> g_signal{0};
std::atomic<int> g_descriptor{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

extern "C" void on_signal(int signal) {
  const int saved_errno = errno;
  if (g_signal.exchange(signal) != 0) ::raise(signal);  // The other one of the two: it has its default meaning by now.
  const std::uint64_t one = 1;
  const ssize_t written = ::write(g_descriptor.load(), &one, sizeof one);
  static_cast<void>(written);  // It can only fail when it is readable already.
  errno = saved_errno;
}

}  // namespace

void install_signal_handlers() {
  if (g_descriptor.load() < 0) g_descriptor.store(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // Not SA_RESTART: a blocked write or read is to return.
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  // A shell without job control starts what stands behind `&` with SIGINT ignored; that is respected.
  struct sigaction inherited{};
  sigaction(SIGINT, nullptr, &inherited);
  if (inherited.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
  action = {};
  action.sa_handler = SIG_IGN;
  sigemptyset(&action.sa_mask);
  sigaction(SIGPIPE, &action, nullptr);
}

bool interrupted() {
  return g_signal.load(std::memory_order_relaxed) != 0;
}

int interrupting_signal() {
  return g_signal.load(std::memory_order_relaxed);
}

int interrupt_descriptor() {
  return g_descriptor.load();
}

}  // namespace daybook::cli
