// A mutex whose rules clang checks: which members it guards, and which functions want it held, is written beside them,
// and a build with -Wthread-safety refuses whoever breaks that (clang's Thread Safety Analysis). The standard library's
// mutex has no such marks in libstdc++. For other compilers the marks are nothing.
//
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define DAYBOOK_THREAD_MARK(mark) __attribute__((mark))
#else
#define DAYBOOK_THREAD_MARK(mark)
#endif

/// A member that is touched only under `mutex`.
#define DAYBOOK_GUARDED_BY(mutex) DAYBOOK_THREAD_MARK(guarded_by(mutex))
/// A function that wants `mutex` held.
#define DAYBOOK_REQUIRES(mutex) DAYBOOK_THREAD_MARK(requires_capability(mutex))
/// A function that is left out of the check; a comment says why it is right.
#define DAYBOOK_UNCHECKED_THREADS DAYBOOK_THREAD_MARK(no_thread_safety_analysis)

namespace daybook {

class DAYBOOK_THREAD_MARK(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

 private:
  friend class Lock;
  std::mutex mutex_;
};

/// Holds a mutex for the time of its life.
class DAYBOOK_THREAD_MARK(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) DAYBOOK_THREAD_MARK(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~Lock() DAYBOOK_THREAD_MARK(release_capability()) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  friend class Bell;
  std::unique_lock<std::mutex> lock_;
};

/// A condition variable. What is waited for is asked in a loop around wait(), under the lock, where the check sees it.
class Bell {
 public:
  /// Sleeps until it rings, or for no reason. The lock is held again when it returns.
  void wait(Lock& lock) { bell_.wait(lock.lock_); }
  /// As wait(); false: `until` passed.
  [[nodiscard]] bool wait_until(Lock& lock, std::chrono::steady_clock::time_point until) {
    return bell_.wait_until(lock.lock_, until) == std::cv_status::no_timeout;
  }
  void notify_one() { bell_.notify_one(); }
  void notify_all() { bell_.notify_all(); }

 private:
  std::condition_variable bell_;
};

}  // namespace daybook
