// There is no queue a subscriber and so nothing to overflow and no seam to cross: the same position moves through
// storage while it is behind and through the cached live tail while it is not. A slow subscriber only reads older
// blocks.
#include "log/local_subscription.h"

#include "base/planted_bug.h"

namespace daybook {
namespace {

/// Further behind than this a selective subscription asks the index rather than decode every event.
constexpr std::uint64_t kIndexedEventsMin = 4096;
/// A filtered subscription says how far it is at least this often.
constexpr std::uint64_t kProgressEvents = 10'000;
/// How often a follower of another process's log looks.
constexpr std::chrono::milliseconds kRefreshEvery{10};

}  // namespace

LocalSubscription::LocalSubscription(Core& core, Follower* follower, const Checkpoint& position, Query query)
    : core_(core), follower_(follower), query_(std::move(query)), position_(position) {}

LocalSubscription::~LocalSubscription() {
  core_.subscriptions.fetch_sub(1, std::memory_order_relaxed);
}

void LocalSubscription::stop() {
  stopped_.store(true, std::memory_order_release);
  core_.head.ring();
}

Result<Delivery> LocalSubscription::next(std::chrono::nanoseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    auto delivery = look();
    if (!delivery) {
      cursor_.reset();  // the position stands; the next call begins there anew
      walker_.reset();
      return std::unexpected(std::move(delivery.error()));
    }
    if (*delivery) return std::move(**delivery);
    const auto left = deadline - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return deliver(Delivery::Kind::idle);
    wait_for_more(left);
  }
}

Result<std::optional<Delivery>> LocalSubscription::look() {
  const auto use = core_.enter();
  if (!use || stopped()) return fail(Code::closed, "the subscription is closed");
  if (follower_ && position_.sequence >= core_.head.head()) {
    if (auto ok = follower_->refresh(); !ok) return std::unexpected(std::move(ok.error()));
  }
  while (position_.sequence < core_.head.head()) {
    auto delivery = read_on(core_.head.head());
    if (!delivery || *delivery) return delivery;
  }
  if (!behind_) return std::nullopt;
  behind_ = false;
  if (planted(Bug::caught_up_skips)) position_.sequence = core_.head.head().next();
  return deliver(Delivery::Kind::caught_up);
}

void LocalSubscription::wait_for_more(std::chrono::nanoseconds wait) {
  if (follower_) wait = std::min<std::chrono::nanoseconds>(wait, kRefreshEvery);
  core_.head.wait_beyond(position_.sequence, wait, [this] { return stopped(); });
}

Delivery LocalSubscription::deliver(Delivery::Kind kind, std::optional<Batch> batch) const {
  return {.kind = kind, .batch = std::move(batch), .checkpoint = position_};
}

Result<std::optional<Delivery>> LocalSubscription::read_on(Sequence head) {
  const bool far = head.value() - position_.sequence.value() >= kIndexedEventsMin;
  if (!cursor_ && far && !query_.matches_all() && position_.sequence >= scan_through_) {
    auto view = follower_ ? follower_->indexed_view() : Result<View>(core_.view());
    if (!view) return std::unexpected(std::move(view.error()));
    const ReadOptions options{.from = position_.sequence.next(), .through = view->head, .query = query_};
    cursor_through_ = view->head;
    auto cursor = LocalCursor::open(core_, options, std::move(*view));
    if (!cursor) return std::unexpected(std::move(cursor.error()));
    if ((*cursor)->plan().uses_postings) {
      cursor_ = std::move(*cursor);
    } else {
      scan_through_ = cursor_through_;  // block by block: a cursor that scans is silent until something matches
    }
  }
  if (!cursor_) return read_by_block(head);
  walker_.reset();
  return read_by_index();
}

Result<std::optional<Delivery>> LocalSubscription::read_by_index() {
  behind_ = true;
  auto batch = cursor_->next_inside();
  if (!batch) return std::unexpected(std::move(batch.error()));
  if (*batch) {
    position_.sequence = (**batch)[(*batch)->size() - 1].sequence();
    position_.link = (*batch)->block()->link();
    return deliver(Delivery::Kind::events, std::move(*batch));
  }
  const auto place = core_.checkpoint_at(planted(Bug::seam_twice) ? cursor_through_.previous() : cursor_through_);
  if (!place) return std::unexpected(place.error());
  position_ = *place;
  cursor_.reset();
  return deliver(Delivery::Kind::progress);
}

Result<std::optional<Delivery>> LocalSubscription::read_by_block(Sequence head) {
  if (!walker_) walker_.emplace(core_, position_.sequence.next(), Direction::forward);
  std::uint64_t scanned = 0;
  while (position_.sequence < head && scanned < kProgressEvents) {
    auto block = walker_->next();
    if (!block) return std::unexpected(std::move(block.error()));
    if (!walker_->from_cache()) behind_ = true;
    const auto first =
        static_cast<std::uint32_t>(position_.sequence.next().value() - (*block)->first_sequence().value());
    const std::uint32_t last = (*block)->event_count() - 1;
    position_.sequence = (*block)->last_sequence();
    position_.link = (*block)->link();
    scanned += last - first + 1;
    if (query_.matches_all())
      return deliver(Delivery::Kind::events, Batch(std::move(*block), first, last, Direction::forward));
    std::vector<std::uint32_t> picks;
    for (std::uint32_t i = first; i <= last; ++i) {
      if (query_.matches((*block)->event(i))) picks.push_back(i);
    }
    if (!picks.empty()) return deliver(Delivery::Kind::events, Batch(std::move(*block), std::move(picks)));
  }
  if (scanned < kProgressEvents) return std::nullopt;
  return deliver(Delivery::Kind::progress);
}

}  // namespace daybook
