// The lock is taken only while the server stops: counting a call costs two additions.
#include "server/calls.h"

namespace daybook::server {

void Calls::end() {
  answered_.fetch_add(1, std::memory_order_relaxed);
  if (now_.fetch_sub(1) != 1 || !stopping_.load()) return;
  const Lock lock(mutex_);  // a waiter between its look and its sleep would miss the bell
  none_.notify_all();
}

bool Calls::wait_for_none(std::chrono::steady_clock::time_point until) {
  Lock lock(mutex_);
  while (now_.load() != 0) {
    if (!none_.wait_until(lock, until)) return now_.load() == 0;
  }
  return true;
}

}  // namespace daybook::server
