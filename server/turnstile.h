// A lock that is handed on in the order in which it was asked for: between steps that follow each other at once, a
// reader would else hardly ever get in.
//
// Threads: any. Owns: nothing.
#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace daybook::server {

class Turnstile {
 public:
  /// Waits for its turn, which ends with this object.
  class Turn {
   public:
    explicit Turn(Turnstile& turnstile) : turnstile_(turnstile) { turnstile_.enter(); }
    ~Turn() { turnstile_.leave(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turnstile& turnstile_;
  };

 private:
  void enter() {
    Lock lock(mutex_);
    const std::uint64_t mine = next_++;
    while (serving_ != mine) changed_.wait(lock);
  }
  void leave() {
    {
      const Lock lock(mutex_);
      ++serving_;
    }
    changed_.notify_all();
  }

  Mutex mutex_;
  Bell changed_;
  std::uint64_t next_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  std::uint64_t serving_ DAYBOOK_GUARDED_BY(mutex_) = 0;
};

}  // namespace daybook::server
