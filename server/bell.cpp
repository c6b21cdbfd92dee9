// One thread waits for the log on behalf of all subscribers, however many there are. It looks at no event: it follows
// the log as a subscriber that is only interested in that there are some.
#include "server/bell.h"

#include <chrono>
#include <utility>

#include "base/logger.h"
#include "base/thread_name.h"

namespace daybook::server {

Result<std::unique_ptr<HeadBell>> HeadBell::start(Log& log, std::function<void()> rung) {
  auto subscription = log.subscribe({.from = FromHead{}});
  if (!subscription) return std::unexpected(std::move(subscription.error()));
  return std::unique_ptr<HeadBell>(new HeadBell(std::move(*subscription), std::move(rung)));
}

HeadBell::HeadBell(std::unique_ptr<Subscription> subscription, std::function<void()> rung)
    : subscription_(std::move(subscription)), rung_(std::move(rung)), thread_([this] { run(); }) {}

HeadBell::~HeadBell() {
  stop();
}

void HeadBell::stop() {
  subscription_->stop();
  if (thread_.joinable()) thread_.join();
}

void HeadBell::run() {
  name_this_thread("daybook-bell");
  while (true) {
    const auto delivery = subscription_->next(std::chrono::hours(1));
    if (!delivery && delivery.error().code == Code::closed) return;
    if (!delivery) {
      log_error("the log cannot be followed error=\"" + to_string(delivery.error()) +
                "\"; subscribers are served what is there, and no more");
      rung_();
      return;
    }
    if (delivery->kind != Delivery::Kind::idle) rung_();
  }
}

}  // namespace daybook::server
