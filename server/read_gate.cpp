// A peer may ask for a thousand pages of a megabyte and read none of them. What has not been sent is counted by the
// connection; nobody tells when it went out, so while something waits for that, a timer looks: soon, for a peer that
// reads on, and the longer it does not, the more seldom.
#include "server/read_gate.h"

#include <algorithm>

#include "base/check.h"

namespace daybook::server {
namespace {

/// Reads of one connection at a time.
constexpr std::size_t kReadsMax = 8;
constexpr std::chrono::microseconds kLookSeldom{5000};

}  // namespace

bool ReadGate::has_room() const {
  return connection_ == nullptr || connection_->statistics().queued_bytes < outbox_bytes_max_;
}

bool ReadGate::open() const {
  return inside_ < kReadsMax && has_room();
}

kj::Promise<ReadGate::Pass> ReadGate::enter() {
  if (waiting_.empty() && open()) {
    ++inside_;
    return Pass(*this);
  }
  auto pair = kj::newPromiseAndFulfiller<Pass>();
  waiting_.push_back(kj::mv(pair.fulfiller));
  let_in();
  return kj::mv(pair.promise);
}

void ReadGate::leave() {
  --inside_;
  let_in();
}

void ReadGate::let_in() {
  while (!waiting_.empty() && (open() || !waiting_.front()->isWaiting())) {
    auto next = kj::mv(waiting_.front());
    waiting_.pop_front();
    if (!next->isWaiting()) continue;  // given up
    ++inside_;
    next->fulfill(Pass(*this));
  }
  if (waiting_.empty() || inside_ > 0) {  // a read that leaves lets the next one in
    look_after_ = kLookFirst;
    return;
  }
  if (std::exchange(looking_, true)) return;
  const auto wait = std::exchange(look_after_, std::min(2 * look_after_, kLookSeldom));
  tasks_.add(loop_.after(wait).then([this] {
    looking_ = false;
    let_in();
  }));
}

void ReadGate::taskFailed(kj::Exception&& /*exception*/) {
  DAYBOOK_CHECK(false, "waiting for a timer cannot fail");
}

}  // namespace daybook::server
