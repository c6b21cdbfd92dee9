// The bounded queue between appending threads and the sequencer. Commits count until their appenders are told.
//
// Threads: any push; the sequencer takes; it and the completion thread release. Owns: requests that wait.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "daybook/result.h"
#include "log/append_request.h"

namespace daybook {

using RequestPtr = std::shared_ptr<AppendRequest>;

class AppendQueue {
 public:
  AppendQueue(std::size_t commits_max, std::size_t bytes_max) : commits_max_(commits_max), bytes_max_(bytes_max) {}

  /// Queues, or says `busy` where it is full; `closed` after close(). Never waits.
  [[nodiscard]] Result<void> try_push(const RequestPtr& request);
  /// As try_push, but waits for room until the request's deadline: `timeout`.
  [[nodiscard]] Result<void> push(const RequestPtr& request);
  /// Takes requests in order, up to about `bytes_max` (at least one where there is one). They count until released.
  [[nodiscard]] std::vector<RequestPtr> take(std::size_t bytes_max);
  /// A request's appender was told: its room is free. So what is bounded is everything on its way, not only what waits.
  void release(const AppendRequest& request) { release(1, request.bytes); }
  /// The same of several.
  void release(std::size_t commits, std::size_t bytes);
  /// Sleeps until there is something to take, wake() was called, or the queue is closed.
  void wait();
  /// Makes wait() return.
  void wake();
  /// Refuses further pushes; what waits can still be taken.
  void close();
  [[nodiscard]] bool closed_and_empty();

 private:
  [[nodiscard]] bool has_room(const AppendRequest& request) const DAYBOOK_REQUIRES(mutex_);
  void add(const RequestPtr& request) DAYBOOK_REQUIRES(mutex_);

  const std::size_t commits_max_;
  const std::size_t bytes_max_;
  /// What blocking appends sleep on: those that are taken together on one, so that they are woken together.
  const std::array<std::shared_ptr<Gong>, 4> gongs_ = {std::make_shared<Gong>(), std::make_shared<Gong>(),
                                                       std::make_shared<Gong>(), std::make_shared<Gong>()};
  Mutex mutex_;
  Bell filled_;
  Bell drained_;
  std::vector<RequestPtr> waiting_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t begin_ DAYBOOK_GUARDED_BY(mutex_) = 0;    ///< waiting_ before here is taken.
  std::size_t commits_ DAYBOOK_GUARDED_BY(mutex_) = 0;  ///< Not yet released.
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;    ///< Of those.
  std::size_t takes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  bool closed_ DAYBOOK_GUARDED_BY(mutex_) = false;
  bool woken_ DAYBOOK_GUARDED_BY(mutex_) = false;
};

}  // namespace daybook
