// A follower looks at order at once, so that a repeat is told where it happens, and keeps everything for the comparison
// with the log. A restless one gives its subscription up now and then and goes on from its checkpoint, as a program
// that was started again would.
#include "tests/remote/crowd_follower.h"

namespace daybook::test {

CrowdFollower::CrowdFollower(CrowdState& state, const std::string& address, int number, std::uint64_t seed)
    : state_(state), random_(seed), restless_(number % 4 == 3) {
  auto log = connect(address, quick_client(seed));
  if (!log) FAIL(to_string(log.error()));
  log_ = std::move(*log);
  if (number % 4 == 2) options_.query = {{{.types = {"T1", "T2"}}, {.types = {kLastType}}}};
  if (number % 8 == 5) options_.query = {{{.types = {"T3"}}, {.types = {kLastType}}}};
}

void CrowdFollower::run() {
  while (!done_ && !state_.abandoned.load()) {
    if (!subscription_ && !begin()) return;
    auto delivery = subscription_->next(std::chrono::seconds(1));
    if (!delivery) {
      state_.wrong("a subscription says " + to_string(delivery.error()));
      return;
    }
    if (delivery->batch) take(*delivery->batch);
    if (delivery->kind != Delivery::Kind::idle) options_.from = delivery->checkpoint;
    if (restless_ && delivery->batch && random_() % 8 == 0) subscription_.reset();
  }
  subscription_.reset();
}

bool CrowdFollower::begin() {
  auto subscription = log_->subscribe(options_);
  if (!subscription) {
    state_.wrong("subscribe: " + to_string(subscription.error()));
    return false;
  }
  subscription_ = std::move(*subscription);
  return true;
}

void CrowdFollower::take(const Batch& batch) {
  for (const EventView event : batch) {
    const std::uint64_t sequence = event.sequence().value();
    if (!given_.empty() && sequence <= given_.back().sequence) {
      state_.wrong("a follower was given " + std::to_string(sequence) + " after " +
                   std::to_string(given_.back().sequence));
    }
    given_.push_back({sequence, std::string(event.type()), std::string(event.data())});
    if (event.type() == kLastType) done_ = true;
  }
  state_.progress.note([&] { state_.delivered += batch.size(); });
}

}  // namespace daybook::test
