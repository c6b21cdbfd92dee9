// The public face of a subscription, the same for every kind of log.
#include "daybook/subscription.h"

#include "api/subscription_impl.h"

namespace daybook {

Subscription::Subscription(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Subscription::~Subscription() = default;
Result<Delivery> Subscription::next(std::chrono::nanoseconds wait) {
  return impl_->next(wait);
}
void Subscription::stop() {
  impl_->stop();
}

}  // namespace daybook
