// The bound is on the bytes of blocks; marks count a little, so that they are bounded too, and one that only goes
// further than the one before takes its place.
#include "client/mailbox.h"

#include <algorithm>
#include <utility>

namespace daybook::client {
namespace {

constexpr std::size_t kDeliveryBytes = 128;
/// Below this share of the bound there is room again: not with every block taken.
constexpr std::size_t kRoomShare = 2;

}  // namespace

void Mailbox::begin(const Checkpoint& position) {
  const Lock lock(mutex_);
  position_ = position;
}

void Mailbox::put(Delivery delivery, std::size_t bytes) {
  const Lock lock(mutex_);
  if (stopped_) return;
  if (delivery.kind == Delivery::Kind::progress && !items_.empty() &&
      items_.back().delivery.kind == Delivery::Kind::progress) {
    items_.back().delivery = std::move(delivery);
    return;
  }
  bytes_ += bytes + kDeliveryBytes;
  items_.push_back({std::move(delivery), bytes + kDeliveryBytes});
}

void Mailbox::tell() {
  bell_.notify_one();  // not under the lock, which is what who wakes wants first
}

void Mailbox::end(Error reason) {
  const Lock lock(mutex_);
  if (!ended_) ended_ = std::move(reason);
  bell_.notify_one();
}

void Mailbox::stop() {
  const Lock lock(mutex_);
  stopped_ = true;
  items_.clear();
  bytes_ = 0;
  bell_.notify_all();
}

bool Mailbox::has_room() {
  const Lock lock(mutex_);
  refused_ = bytes_ >= bytes_max_;
  return !refused_;
}

bool Mailbox::made_room() {
  const Lock lock(mutex_);
  return bytes_ < bytes_max_ / kRoomShare && std::exchange(refused_, false);
}

Result<Delivery> Mailbox::take(std::chrono::nanoseconds wait) {
  const auto until = Clock::system().steady_now() + std::min<std::chrono::nanoseconds>(wait, std::chrono::hours(1));
  Lock lock(mutex_);
  while (true) {
    if (stopped_) return fail(Code::closed, "the subscription is closed");
    if (!items_.empty()) {
      Item& item = items_.front();
      bytes_ -= item.bytes;
      position_ = item.delivery.checkpoint;
      Result<Delivery> taken(std::move(item.delivery));
      items_.pop_front();
      return taken;
    }
    if (ended_) return std::unexpected(*ended_);
    if (!bell_.wait_until(lock, until) && items_.empty() && !ended_ && !stopped_) {
      return Delivery{.kind = Delivery::Kind::idle, .batch = std::nullopt, .checkpoint = position_};
    }
  }
}

}  // namespace daybook::client
