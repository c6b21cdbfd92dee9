// One RPC connection: Cap'n Proto's RPC over one socket, with what a peer may cost us bounded, in memory and in time.
//
// Threads: its loop's. Owns: the stream, the RPC's tables, its timers.
#pragma once

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>
#include <kj/refcount.h>
#include <memory>
#include <optional>
#include <string>

#include "daybook/result.h"
#include "net/limits.h"
#include "net/loop.h"
#include "net/message_stream.h"
#include "net/silence.h"
#include "net/wire.h"

namespace daybook::net {

/// What makes a connection not idle; see Connection::hold().
struct Holds : kj::Refcounted {
  std::size_t count = 0;  ///< Holds that live.
};

/// While one lives, its connection is not idle, however quiet: of a subscription. May outlive the connection.
class Hold {
 public:
  /// Of a connection's; see Connection::hold().
  explicit Hold(kj::Own<Holds> holds) : holds_(kj::mv(holds)) { ++holds_->count; }
  Hold(Hold&&) = default;
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  Hold& operator=(Hold&&) = delete;
  ~Hold() {
    if (holds_.get() != nullptr) --holds_->count;
  }

 private:
  kj::Own<Holds> holds_;
};

/// A connection, from either side. Its owner keeps it until closed() is done and destroys it then, or at any time, on
/// the loop's thread, but not from inside of a call that came over it.
///
/// Methods of the served capability that may run long call `context.allowCancellation()`: otherwise a call runs on
/// after its caller went away, and so do the things that it refers to.
class Connection {
 public:
  /// `stream` is connected, such as of make_socket_stream(). Nothing is read before serve() or bootstrap().
  Connection(Loop& loop, kj::Own<kj::AsyncIoStream> stream, const ConnectionLimits& limits);
  /// Whatever is on its way fails (DISCONNECTED); the socket is closed.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// As the server: whatever the peer asks for first is `capability`. Once, and not with bootstrap().
  void serve(capnp::Capability::Client capability);

  /// As the client: what the peer serves. May be used at once, and asked for again.
  [[nodiscard]] capnp::Capability::Client bootstrap();

  /// Ends the handshake time, and lets messages of the full size in.
  void logged_in();

  /// As long as what this returns lives, the connection is not idle.
  [[nodiscard]] Hold hold() { return Hold(kj::addRef(*holds_)); }

  /// Done when the connection has ended; reason() then says why. May be asked for any number of times; what it returns
  /// must be dropped before the loop. Never fails. Destroying the connection ends it too.
  [[nodiscard]] kj::Promise<void> closed() { return closed_.addBranch(); }

  /// Why it ends, once that is decided: `io` the peer went away or is dead; `closed` close() was called or the peer
  /// closed in good order; `timeout` handshake, idle or half a message; `too_large` or `busy` a bound was broken;
  /// `invalid` one of the two found the other to break the protocol.
  [[nodiscard]] const std::optional<Error>& reason() const { return reason_; }

  /// Ends the connection: tells the peer `reason`, then closed() is done, within the limits' linger. Again: nothing.
  void close(Error reason);

  /// The figures now.
  [[nodiscard]] WireStatistics statistics() const;

 private:
  using System = capnp::RpcSystem<capnp::rpc::twoparty::VatId>;

  void begin(capnp::rpc::twoparty::Side side, kj::Maybe<capnp::Capability::Client> capability);
  /// The shortest time that may have passed unseen.
  [[nodiscard]] std::chrono::milliseconds tick() const;
  kj::Promise<void> watch();
  /// The limit in time that is passed now.
  [[nodiscard]] std::optional<Error> overdue();
  void end(Error reason);
  void ending();
  void finish();

  Loop& loop_;
  ConnectionLimits limits_;
  MessageStream stream_;
  SilenceWatch silence_;
  kj::Own<Holds> holds_;

  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point active_;  ///< When `messages_seen_` changed, at the latest.
  std::uint64_t messages_seen_ = 0;
  bool logged_in_ = false;
  std::optional<Error> reason_;

  kj::Own<kj::PromiseFulfiller<void>> closed_fulfiller_;
  kj::ForkedPromise<void> closed_ = nullptr;
  std::unique_ptr<Wire> wire_;
  std::optional<System> system_;
  kj::Promise<void> linger_ = nullptr;
  kj::Promise<void> watch_ = nullptr;
};

}  // namespace daybook::net
