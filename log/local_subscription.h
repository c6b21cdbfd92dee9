// A subscription's machinery: a position, and a walker or cursor that reads on from it.
//
// Threads: next() one at a time; stop() any. Owns: its place among Options::subscriptions_max.
#pragma once

#include <atomic>
#include <optional>

#include "api/subscription_impl.h"
#include "daybook/subscription.h"
#include "log/block_walker.h"
#include "log/core.h"
#include "log/follower.h"
#include "log/local_cursor.h"

namespace daybook {

class LocalSubscription final : public Subscription::Impl {
 public:
  /// Everything up to `position` counts as delivered. `follower`: of a read-only log; nullptr in the writer's own.
  LocalSubscription(Core& core, Follower* follower, const Checkpoint& position, Query query);
  ~LocalSubscription() override;

  [[nodiscard]] Result<Delivery> next(std::chrono::nanoseconds wait) override;
  void stop() override;

 private:
  [[nodiscard]] Result<std::optional<Delivery>> read_on(Sequence head);
  [[nodiscard]] Result<std::optional<Delivery>> read_by_index();
  [[nodiscard]] Result<std::optional<Delivery>> read_by_block(Sequence head);
  [[nodiscard]] Delivery deliver(Delivery::Kind kind, std::optional<Batch> batch = std::nullopt) const;
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_acquire) || core_.closed(); }
  /// What there is to deliver now; nullopt: nothing, the position is at the head.
  [[nodiscard]] Result<std::optional<Delivery>> look();
  void wait_for_more(std::chrono::nanoseconds wait);

  Core& core_;
  Follower* const follower_;
  const Query query_;
  Checkpoint position_;
  bool behind_ = true;  ///< Until it is told that it caught up.
  std::atomic<bool> stopped_{false};
  std::unique_ptr<LocalCursor> cursor_;  ///< While far behind with a selective query.
  Sequence cursor_through_;
  Sequence scan_through_;              ///< The index could not answer for what is up to here.
  std::optional<BlockWalker> walker_;  ///< Otherwise; stands behind position_.
};

}  // namespace daybook
