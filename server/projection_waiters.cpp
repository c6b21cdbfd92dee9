// The projection's thread only says that something moved; who is thereby served is found out on the loop, where the
// waiting calls live.
#include "server/projection_waiters.h"

#include <string>
#include <utility>

namespace daybook::server {
namespace {

constexpr std::chrono::hours kTimeoutMax{1};

}  // namespace

kj::Promise<Result<void>> ProjectionWaiters::wait(Sequence sequence, std::chrono::nanoseconds timeout) {
  if (projection_.position() >= sequence) return Result<void>();
  if (timeout < std::chrono::nanoseconds(0) || timeout > kTimeoutMax) {
    return Result<void>(fail(Code::invalid, "a timeout is from 0 to 1 hour"));
  }
  if (waiters_.size() >= kProjectionWaitersMax) {
    return Result<void>(fail(Code::busy, "too many calls wait for projection " + projection_.name()));
  }
  auto pair = kj::newPromiseAndFulfiller<Result<void>>();
  count_.fetch_add(1);  // before it is looked at again: from now on the projection tells
  const auto place = waiters_.insert(waiters_.end(), Waiter{.sequence = sequence, .told = kj::mv(pair.fulfiller)});
  look();
  auto late = loop_.after(timeout).then([this, sequence]() -> Result<void> {
    return fail(Code::timeout, "projection " + projection_.name() + " is at " +
                                   std::to_string(projection_.position().value()) + ", not yet at " +
                                   std::to_string(sequence.value()));
  });
  return pair.promise.exclusiveJoin(kj::mv(late)).attach(kj::defer([this, place] {
    waiters_.erase(place);
    count_.fetch_sub(1);
  }));
}

void ProjectionWaiters::ring() {
  if (count_.load() == 0 || rung_.exchange(true)) return;
  loop_.post([this] {
    rung_.store(false);
    look();
  });
}

void ProjectionWaiters::look() {
  const Sequence position = projection_.position();
  const auto standstill = projection_.standstill();
  for (Waiter& waiter : waiters_) {
    if (position >= waiter.sequence) {
      waiter.told->fulfill(Result<void>());
    } else if (standstill) {
      waiter.told->fulfill(std::unexpected(*standstill));
    }
  }
}

void ProjectionWaiters::refuse(const Error& error) {
  for (Waiter& waiter : waiters_) waiter.told->fulfill(std::unexpected(error));
}

}  // namespace daybook::server
