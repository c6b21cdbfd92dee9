// The embedded subscription has the position, and the seam between storage and live; here its deliveries are cut into
// turns.
//
// An idle subscription that matches nothing still moves on; so that its subscriber need not read all of that again one
// day, it is told how far that is, now and then.
#include "server/feed_source.h"

#include <utility>

#include "server/page_reader.h"

namespace daybook::server {
namespace {

/// A subscriber that nothing matches is told at least this often where it is.
constexpr std::uint64_t kTellEvents = 10'000;

}  // namespace

Result<std::unique_ptr<FeedSource>> FeedSource::open(Log& log, const SubscribeOptions& options) {
  SubscribeOptions fixed = options;
  Checkpoint position;
  if (const auto* checkpoint = std::get_if<Checkpoint>(&options.from)) {
    position = *checkpoint;
  } else {
    const auto* from = std::get_if<Sequence>(&options.from);
    if (from != nullptr && *from > log.head().next()) {
      return fail(Code::invalid, "a subscription cannot begin at " + std::to_string(from->value()) +
                                     "; the next event is " + std::to_string(log.head().next().value()));
    }
    auto found = log.checkpoint_at(from != nullptr ? from->previous() : log.head());
    if (!found) return std::unexpected(std::move(found.error()));
    position = *found;
    fixed.from = Sequence(position.sequence.next());
  }
  auto subscription = log.subscribe(fixed);
  if (!subscription) return std::unexpected(std::move(subscription.error()));
  return std::unique_ptr<FeedSource>(new FeedSource(log, options.query, std::move(*subscription), position));
}

Turn FeedSource::next() {
  Turn turn;
  PageRoom room(kTurnBytesMax);
  while (room.left()) {
    auto delivery = subscription_->next(std::chrono::nanoseconds(0));
    if (!delivery) {
      if (delivery.error().code == Code::corruption) {
        turn.damaged = true;
      } else {
        turn.ended = std::move(delivery.error());
      }
      return turn;
    }
    position_ = delivery->checkpoint;
    switch (delivery->kind) {
      case Delivery::Kind::events:
        turn.batches.emplace_back(*delivery->batch);
        room.take(turn.batches.back());
        told_ = position_.sequence;
        break;
      case Delivery::Kind::caught_up:
        turn.caught_up = position_;
        told_ = position_.sequence;
        return turn;
      case Delivery::Kind::progress:
        turn.scanned_through = position_;
        told_ = position_.sequence;
        return turn;
      case Delivery::Kind::idle:
        turn.at_head = true;
        if (position_.sequence.value() - told_.value() >= kTellEvents) {
          turn.scanned_through = position_;
          told_ = position_.sequence;
        }
        return turn;
    }
  }
  return turn;
}

Turn FeedSource::next_carefully() {
  Turn turn;
  turn.damaged = true;  // until the gap is behind it
  const Sequence head = log_.head();
  auto careful =
      read_carefully(log_, {.from = position_.sequence.next(), .through = head, .query = query_}, kTurnBytesMax);
  if (!careful) {
    turn.ended = std::move(careful.error());
    return turn;
  }
  turn.batches = std::move(careful->batches);
  const Sequence reached = careful->next.previous();
  if (careful->gap && reached >= head) {
    // What comes next will be appended behind events that cannot be read, so there is no place to go on from.
    turn.ended = Error{.code = Code::corruption, .message = careful->gap->message};
  } else {
    auto placed = stand_at(reached);
    if (!placed) turn.ended = std::move(placed.error());
    turn.damaged = !careful->gap && reached < head;
  }
  told_ = reached;
  turn.gap = std::move(careful->gap);
  return turn;
}

/// Goes on behind `sequence`, which may be damaged.
Result<void> FeedSource::stand_at(Sequence sequence) {
  auto place = log_.checkpoint_at(sequence);
  if (!place) return std::unexpected(std::move(place.error()));
  auto subscription = log_.subscribe({.from = *place, .query = query_});
  if (!subscription) return std::unexpected(std::move(subscription.error()));
  subscription_ = std::move(*subscription);
  position_ = *place;
  return {};
}

}  // namespace daybook::server
