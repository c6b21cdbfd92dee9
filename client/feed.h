// The loop's side of a subscription: what the server pushes goes into the mailbox, checked; after a lost connection the
// server is asked to go on behind the last of it.
//
// Threads: the loop's. Owns: the server's capability to push, and ours to be pushed to.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <kj/async.h>
#include <rpc.capnp.h>

#include "client/mailbox.h"
#include "client/uplink.h"
#include "daybook/result.h"
#include "daybook/subscription.h"

namespace daybook::client {

class Feed {
 public:
  /// `uplink` outlives it.
  Feed(Uplink& uplink, std::shared_ptr<Mailbox> mailbox, const SubscribeOptions& options);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// Subscribes over the connection that is up, from where it stands.
  [[nodiscard]] kj::Promise<Result<void>> subscribe();
  /// Once subscribed: goes on for ever, over as many connections as it takes.
  void follow();
  /// The mailbox has room again.
  void room();
  /// Nothing is taken any more.
  void close();

 private:
  class Inbox;

  kj::Promise<void> until_lost();
  kj::Promise<void> subscribe_again();
  void detach();
  void take(Batch batch);
  void mark(Delivery::Kind kind, const Checkpoint& position);
  /// Nothing more is to be had from this server, and it is said why.
  void end(Error reason);
  /// Whether `batch` is what comes next; otherwise what is wrong.
  [[nodiscard]] Result<void> follows(const Batch& batch) const;

  Uplink& uplink_;
  const std::shared_ptr<Mailbox> mailbox_;
  SubscribeOptions options_;
  const bool takes_all_;                ///< Nothing is filtered, so that all must be there.
  std::optional<Checkpoint> position_;  ///< Of the last that came; known once subscribed.
  kj::Own<kj::PromiseFulfiller<void>> placing_;
  kj::ForkedPromise<void> placed_ = nullptr;  ///< Done when position_ is known.
  unsigned failures_ = 0;                     ///< Of subscribing again, in a row.

  Inbox* inbox_ = nullptr;                             ///< In `subscriber_`.
  std::optional<rpc::Subscriber::Client> subscriber_;  ///< What the server pushes to now.
  std::optional<rpc::Subscription::Client> subscription_;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> over_;  ///< The server ended it, and may take it up again.
  kj::Promise<void> following_ = nullptr;
};

}  // namespace daybook::client
