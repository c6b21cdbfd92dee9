// A client's hold on its subscription: with the last reference it ends.
//
// Threads: the loop's. Owns: the feed.
#pragma once

#include <memory>
#include <utility>

#include <kj/memory.h>
#include <rpc.capnp.h>

#include "net/connection.h"
#include "net/kj_interface.h"
#include "server/feed.h"
#include "server/feed_source.h"
#include "server/visitor.h"

namespace daybook::server {

DAYBOOK_KJ_INTERFACE_BEGIN
class SubscriptionService final : public rpc::Subscription::Server {
 public:
  SubscriptionService(kj::Own<Visitor> visitor, std::unique_ptr<FeedSource> source, rpc::Subscriber::Client subscriber,
                      net::Hold hold)
      : feed_(kj::mv(visitor), std::move(source), kj::mv(subscriber), std::move(hold)) {}

 protected:
  kj::Promise<void> stop(StopContext) override {
    feed_.end();
    return kj::READY_NOW;
  }

 private:
  Feed feed_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::server
