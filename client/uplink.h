// The way to the server: one connection, logged in and with the log open; made again for ever when it is lost, until
// the log behind it turns out to be another one.
//
// Threads: the loop's; heard(), head() and log_id() any. Owns: the connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <kj/async.h>
#include <rpc.capnp.h>

#include "client/dice.h"
#include "daybook/client.h"
#include "daybook/ids.h"
#include "daybook/result.h"
#include "net/address.h"
#include "net/connection.h"
#include "net/loop.h"

namespace daybook::client {

class Uplink {
 public:
  /// `options` and `dice` outlive it.
  Uplink(net::Loop& loop, net::Address address, const ClientOptions& options, Dice& dice);
  ~Uplink();
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  /// Connects for the first time, trying again what may pass; then stays connected. Fails as daybook::connect() says.
  [[nodiscard]] kj::Promise<Result<void>> open();
  /// Ends the connection for good, for `reason`: everybody who waits gets it.
  void end(Error reason);

  /// Whether there is a connection now; then log() and session() are its.
  [[nodiscard]] bool up() const { return log_.has_value(); }
  [[nodiscard]] rpc::Log::Client& log() { return *log_; }
  [[nodiscard]] rpc::Session::Client& session() { return *session_; }
  /// Done when it is up, or has ended.
  [[nodiscard]] kj::Promise<void> ready() { return ready_.addBranch(); }
  /// Done when the connection that is up now is lost; at once where there is none.
  [[nodiscard]] kj::Promise<void> lost() { return lost_.addBranch(); }
  /// Why it will never be up again.
  [[nodiscard]] const std::optional<Error>& ended() const { return ended_; }
  /// Why it is not up, in words; empty where nothing went wrong.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  /// A pause before something is tried again: `failures` (from 1) in a row so far.
  [[nodiscard]] std::chrono::nanoseconds pause(unsigned failures);
  [[nodiscard]] net::Loop& loop() { return loop_; }

  /// The server said, one way or another, that its log reaches to `sequence`.
  void heard(Sequence sequence);
  /// The highest that was heard of.
  [[nodiscard]] Sequence head() const { return Sequence(head_.load(std::memory_order_acquire)); }
  /// The log's. Known once open() succeeded.
  [[nodiscard]] const LogId& log_id() const { return log_id_; }

 private:
  [[nodiscard]] kj::Promise<Result<void>> try_once();
  [[nodiscard]] kj::Promise<Result<void>> greet();
  /// Of openLog's answer: whether it is the log that it was.
  [[nodiscard]] Result<void> recognise(rpc::Session::OpenLogResults::Reader answer);
  void come_up();
  void go_down(const Error& why);
  [[nodiscard]] kj::Promise<Result<void>> open_until(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] kj::Promise<void> stay_up();
  [[nodiscard]] kj::Promise<void> come_back();
  void ask_anchor();

  net::Loop& loop_;
  net::Address address_;
  const ClientOptions& options_;
  Dice& dice_;

  std::unique_ptr<net::Connection> connection_;
  std::optional<rpc::Session::Client> session_;
  std::optional<rpc::Log::Client> greeted_;  ///< Of a connection that is about to be up.
  std::optional<rpc::Log::Client> log_;      ///< Set while it is up.
  std::optional<Error> ended_;
  std::string trouble_;
  unsigned failures_ = 0;  ///< In a row.

  LogId log_id_;
  bool known_ = false;  ///< log_id_ is.
  std::atomic<std::uint64_t> head_ = 0;
  std::optional<Checkpoint> anchor_;  ///< A place that the log must still hold after a reconnect.

  kj::Own<kj::PromiseFulfiller<void>> ready_fulfiller_;
  kj::ForkedPromise<void> ready_ = nullptr;
  kj::Own<kj::PromiseFulfiller<void>> lost_fulfiller_;
  kj::ForkedPromise<void> lost_ = nullptr;
  kj::Promise<void> running_ = nullptr;
  kj::Promise<void> anchoring_ = nullptr;
};

}  // namespace daybook::client
