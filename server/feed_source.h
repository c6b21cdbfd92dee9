// What a subscription delivers next, in turns that fit a connection. It knows nothing of connections: a turn is read on
// a loop where what is wanted was just appended, and on a reader thread otherwise.
//
// Threads: one at a time. Owns: the embedded subscription.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "daybook/log.h"
#include "daybook/query.h"
#include "daybook/result.h"
#include "daybook/subscription.h"
#include "net/wire_batch.h"
#include "net/wire_gap.h"

namespace daybook::server {

/// A turn is not much larger; one event may be. Half of the window of a connection: while one half is on its way the
/// other is read.
inline constexpr std::size_t kTurnBytesMax = std::size_t{256} << 10;

/// In the order in which it is told.
struct Turn {
  std::vector<net::PackedBatch> batches;
  std::optional<net::Gap> gap{};
  std::optional<Checkpoint> caught_up{};
  std::optional<Checkpoint> scanned_through{};
  std::optional<Error> ended{};  ///< There is no next turn.
  bool at_head = false;          ///< Nothing more for now.
  bool damaged = false;          ///< The next turn has to be read from storage.
};

class FeedSource {
 public:
  /// `invalid`, `diverged`, `busy` as Log::subscribe. Reads the disk. The log outlives it.
  [[nodiscard]] static Result<std::unique_ptr<FeedSource>> open(Log& log, const SubscribeOptions& options);
  FeedSource(const FeedSource&) = delete;
  FeedSource& operator=(const FeedSource&) = delete;

  /// Everything up to here was in a turn, or does not match.
  [[nodiscard]] const Checkpoint& position() const { return position_; }

  /// What is next, without waiting for appends. Reads storage where memory does not hold it.
  [[nodiscard]] Turn next();
  /// After a turn that said `damaged`: what can be read, then the gap.
  [[nodiscard]] Turn next_carefully();

 private:
  FeedSource(Log& log, Query query, std::unique_ptr<Subscription> subscription, const Checkpoint& position)
      : log_(log),
        query_(std::move(query)),
        subscription_(std::move(subscription)),
        position_(position),
        told_(position.sequence) {}
  [[nodiscard]] Result<void> stand_at(Sequence sequence);

  Log& log_;
  const Query query_;
  std::unique_ptr<Subscription> subscription_;
  Checkpoint position_;
  Sequence told_;  ///< Of the last place that the subscriber can know.
};

}  // namespace daybook::server
