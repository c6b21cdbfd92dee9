// Following the log: catch-up from storage, then live, each matching event once and in order.
//
// Threads: one at a time calls next(); stop() from any. Owns: a position, nothing that grows: a slow subscriber
// simply reads older blocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "daybook/cursor.h"
#include "daybook/ids.h"
#include "daybook/query.h"

namespace daybook {

/// Where a subscription begins.
struct FromHead {};  ///< With the next event to be appended.

/// What to follow.
struct SubscribeOptions {
  /// A sequence: the first one delivered is at or after it. A checkpoint: the first one after it.
  std::variant<Sequence, FromHead, Checkpoint> from = Sequence(1);
  Query query{};  ///< Which events are delivered; without items all.
};

/// One step of a subscription.
struct Delivery {
  /// What a delivery tells.
  enum class Kind : std::uint8_t {
    events,     ///< `batch` is set.
    caught_up,  ///< Everything up to the head was delivered; told each time the subscription gets there from behind.
    progress,   ///< A filtered subscription scanned this far without a match.
    idle,       ///< The wait of next() passed; nothing new.
  };
  Kind kind = Kind::idle;        ///< Says whether `batch` is set.
  std::optional<Batch> batch{};  ///< Events of one block, in order, never none.
  Checkpoint checkpoint{};  ///< Everything up to here was delivered or does not match. Store it to go on from here.
};

/// See above. Obtained from Log::subscribe; the log outlives it.
class Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// The next delivery; waits up to `wait` at the head. Errors: `closed` (stop(), or the log closed), `corruption`,
  /// `io`. An error leaves the position where it was, so the call can be repeated.
  [[nodiscard]] Result<Delivery> next(std::chrono::nanoseconds wait);
  /// Wakes next(), which then says `closed`; any thread, idempotent.
  void stop();

  class Impl;
  explicit Subscription(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
