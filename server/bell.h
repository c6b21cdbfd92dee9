// Tells the loops and the projections that the log has grown.
//
// Threads: its own; stop() from the owner's. Owns: that thread, and a subscription.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "daybook/log.h"
#include "daybook/result.h"
#include "daybook/subscription.h"

namespace daybook::server {

class HeadBell {
 public:
  /// Calls `rung` on a thread of its own after each move of the head, or after several. The log outlives it.
  [[nodiscard]] static Result<std::unique_ptr<HeadBell>> start(Log& log, std::function<void()> rung);
  /// As stop().
  ~HeadBell();
  HeadBell(const HeadBell&) = delete;
  HeadBell& operator=(const HeadBell&) = delete;

  /// `rung` is not called any more when it returns.
  void stop();

 private:
  HeadBell(std::unique_ptr<Subscription> subscription, std::function<void()> rung);
  void run();

  std::unique_ptr<Subscription> subscription_;
  const std::function<void()> rung_;
  std::thread thread_;
};

}  // namespace daybook::server
