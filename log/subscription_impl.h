// A subscription's machinery: a position, and a walker or cursor that reads on from it.
//
// Threads: next() one at a time; stop() any. Owns: its place among Options::subscriptions_max.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "daybook/subscription.h"
#include "log/block_walker.h"
#include "log/core.h"
#include "log/cursor_impl.h"

namespace daybook {

class Subscription::Impl {
 public:
  /// Everything up to `position` counts as delivered. `look` takes in what another process's writer did and gives the
  /// view to read by; empty for the writer's own subscriptions.
  Impl(Core& core, const Checkpoint& position, Query query, std::function<Result<View>()> look);
  ~Impl();

  [[nodiscard]] Result<Delivery> next(std::chrono::nanoseconds wait);
  void stop();

 private:
  [[nodiscard]] Result<std::optional<Delivery>> read_on(const View& view);
  [[nodiscard]] Result<std::optional<Delivery>> read_by_index();
  [[nodiscard]] Result<std::optional<Delivery>> read_by_block(Sequence head);
  [[nodiscard]] Delivery deliver(Delivery::Kind kind, std::optional<Batch> batch = std::nullopt) const;
  [[nodiscard]] bool stopped() const {
    return stopped_.load(std::memory_order_acquire) || core_.closed.load(std::memory_order_acquire);
  }
  [[nodiscard]] Result<View> view() const { return look_ ? look_() : core_.view(); }
  void wait_for_more(std::chrono::nanoseconds wait);

  Core& core_;
  const Query query_;
  const std::function<Result<View>()> look_;
  Checkpoint position_;
  bool behind_ = true;  ///< Until it is told that it caught up.
  std::atomic<bool> stopped_{false};
  std::unique_ptr<Cursor::Impl> cursor_;  ///< While far behind with a selective query.
  Sequence cursor_through_;
  std::optional<BlockWalker> walker_;  ///< Otherwise; stands behind position_.
};

}  // namespace daybook
