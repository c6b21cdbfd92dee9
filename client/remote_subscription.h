// A subscription over the wire: the mailbox that the server's pushes go into.
//
// Threads: next() one at a time; stop() any. Owns: its feed on the loop.
#pragma once

#include <cstdint>
#include <memory>

#include "api/subscription_impl.h"
#include "client/client_loop.h"
#include "client/mailbox.h"

namespace daybook::client {

class RemoteSubscription final : public Subscription::Impl {
 public:
  /// Of feed `number` on `loop`, which outlives it.
  RemoteSubscription(ClientLoop& loop, std::uint64_t number, std::shared_ptr<Mailbox> mailbox)
      : loop_(loop), number_(number), mailbox_(std::move(mailbox)) {}
  ~RemoteSubscription() override { loop_.drop(number_); }

  [[nodiscard]] Result<Delivery> next(std::chrono::nanoseconds wait) override {
    if (wait > std::chrono::nanoseconds(0)) {
      if (auto ok = loop_.may_wait(); !ok) return std::unexpected(std::move(ok.error()));
    }
    auto delivery = mailbox_->take(wait);
    if (mailbox_->made_room()) loop_.room(number_);
    return delivery;
  }
  void stop() override { mailbox_->stop(); }

 private:
  ClientLoop& loop_;
  const std::uint64_t number_;
  const std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace daybook::client
