// A condition variable makes each sleeper take its mutex again when it is woken, one after the other; a futex does not.
#include "base/gong.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace daybook {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the system looks at the number itself");

}  // namespace

bool Gong::wait_until(std::uint32_t seen, std::chrono::steady_clock::time_point until) {
  // libstdc++'s steady clock is CLOCK_MONOTONIC, by which this call takes an absolute time.
  const auto since_epoch = until.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_epoch);
  timespec time{.tv_sec = whole.count(),
                .tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch - whole).count()};
  const long slept =
      ::syscall(SYS_futex, &strokes_, FUTEX_WAIT_BITSET_PRIVATE, seen, &time, nullptr, FUTEX_BITSET_MATCH_ANY);
  return slept == 0 || errno != ETIMEDOUT;
}

void Gong::strike() {
  strokes_.fetch_add(1, std::memory_order_release);
  ::syscall(SYS_futex, &strokes_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace daybook
