// What stands behind the public face of a subscription: an embedded log's (log/), or a server's (client/).
//
// Threads: next() one at a time; stop() any. Owns: a position.
#pragma once

#include <chrono>

#include "daybook/subscription.h"

namespace daybook {

/// Every call means what the one of the same name in daybook/subscription.h says.
class Subscription::Impl {
 public:
  Impl() = default;
  virtual ~Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] virtual Result<Delivery> next(std::chrono::nanoseconds wait) = 0;
  virtual void stop() = 0;
};

}  // namespace daybook
