// What the log says of appends, on its way from the log's completion thread to the loop that asked: collected, and
// fetched by one wake-up however many come together.
//
// Threads: put() from the completion thread, the rest on the loop's. Owns: answers that were not fetched.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "daybook/log.h"
#include "net/loop.h"

namespace daybook::server {

class AppendCall;

/// One verdict.
struct Answer {
  AppendCall* call;         ///< That it belongs to; only the loop's thread looks at it.
  std::uint32_t commit;     ///< Which commit of the call.
  Result<Appended> result;  ///< What became of it.
};

/// Held by the loop and by each append on its way: an append may be judged after the loop has ended.
class AnswerBox : public std::enable_shared_from_this<AnswerBox> {
 public:
  /// `fetch` is called on `loop` when there is something to fetch.
  AnswerBox(net::Loop& loop, std::function<void()> fetch) : loop_(&loop), fetch_(std::move(fetch)) {}
  AnswerBox(const AnswerBox&) = delete;
  AnswerBox& operator=(const AnswerBox&) = delete;

  /// Never blocks, but for the lock.
  void put(Answer answer);
  /// What came since the last time.
  [[nodiscard]] std::vector<Answer> take();
  /// From now on answers are thrown away, and nothing is fetched: the loop goes.
  void close();

 private:
  void fetch();

  Mutex mutex_;
  net::Loop* loop_ DAYBOOK_GUARDED_BY(mutex_);
  const std::function<void()> fetch_;  ///< Only on the loop's thread.
  std::vector<Answer> answers_ DAYBOOK_GUARDED_BY(mutex_);
  bool told_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< The loop knows that there is something.
  std::atomic<int> telling_{0};                   ///< Threads that are about to tell it.
};

}  // namespace daybook::server
