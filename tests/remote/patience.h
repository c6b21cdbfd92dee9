// How long a test of many threads waits for what must come, and how much it does: less where a sanitizer slows it down.
//
// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>

#include <doctest/doctest.h>

namespace daybook::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// Never passes unless something hangs.
inline constexpr std::chrono::seconds kPatience{kSanitized ? 240 : 120};

/// How often: `usual`, `sanitized` under a sanitizer, or what the environment's `variable` says.
inline std::uint64_t often(const char* variable, std::uint64_t usual, std::uint64_t sanitized) {
  const char* const given = std::getenv(variable);
  const std::uint64_t times = given != nullptr ? std::stoull(given) : kSanitized ? sanitized : usual;
  MESSAGE(std::string(variable) << "=" << times);
  return times;
}

/// Something that threads count, and that another one waits for.
class Progress {
 public:
  /// `change` runs under the lock; whoever waits looks again.
  template <class Change>
  void note(Change&& change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  /// Whether `seen`, asked under the lock, became true in time.
  [[nodiscard]] bool wait_for(const std::function<bool()>& seen, std::chrono::nanoseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, seen);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace daybook::test
