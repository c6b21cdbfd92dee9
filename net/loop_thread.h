// A thread with a Loop in it.
//
// Threads: any for loop().post() and loop().stop(); one owner makes and destroys it. Owns: the thread and its loop.
#pragma once

#include <latch>
#include <string>
#include <thread>

#include "net/loop.h"

namespace daybook::net {

/// Runs a Loop on a thread of its own. loop() may be posted to until this is destroyed, also after it was stopped; so
/// whoever posts from elsewhere (the log's completions) ends first.
class LoopThread {
 public:
  /// Returns when the loop exists. `name` has at most 15 characters. The loop runs until stopped; `clock` outlives
  /// this.
  explicit LoopThread(std::string name, const Clock& clock = Clock::system());
  /// Stops the loop and joins: afterwards everything that was given to it is run or destroyed, on its thread.
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  /// The loop; of what it offers, post() and stop() are for any thread.
  [[nodiscard]] Loop& loop() { return *loop_; }

 private:
  void run(const std::string& name, const Clock& clock);

  Loop* loop_ = nullptr;  ///< On the thread's stack; set before `ready_`.
  std::latch ready_{1};
  std::latch leave_{1};  ///< Opened by the owner: from then on nobody else uses the loop.
  std::thread thread_;
};

}  // namespace daybook::net
