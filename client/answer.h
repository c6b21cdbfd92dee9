// What a blocked thread waits for while the loop works.
//
// Threads: one sets, one waits. Owns: the result.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "daybook/result.h"

namespace daybook::client {

template <class T>
class Answer {
 public:
  Answer() = default;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// Once.
  void set(Result<T> result) {
    const Lock lock(mutex_);
    result_.emplace(std::move(result));
    bell_.notify_one();
  }

  [[nodiscard]] bool is_set() {
    const Lock lock(mutex_);
    return result_.has_value();
  }

  /// Blocks until it is set. Once.
  [[nodiscard]] Result<T> wait() {
    Lock lock(mutex_);
    while (!result_) bell_.wait(lock);
    return std::move(*result_);
  }

 private:
  Mutex mutex_;
  Bell bell_;
  std::optional<Result<T>> result_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook::client
