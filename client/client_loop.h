// A client's thread, and what lives on it.
//
// Threads: any; what it hands to work is the loop's. Owns: the thread, the connection, appends and calls in progress,
// feeds.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "client/answer.h"
#include "client/calls.h"
#include "client/dice.h"
#include "client/feed.h"
#include "client/mailbox.h"
#include "client/outbox.h"
#include "client/sender.h"
#include "client/uplink.h"
#include "daybook/client.h"
#include "daybook/result.h"
#include "net/address.h"
#include "net/loop_thread.h"

namespace daybook::client {

class ClientLoop {
 public:
  ClientLoop(net::Address address, const ClientOptions& options);
  ~ClientLoop();
  ClientLoop(const ClientLoop&) = delete;
  ClientLoop& operator=(const ClientLoop&) = delete;

  /// Connects. Blocks.
  [[nodiscard]] Result<void> open();
  /// Waits for what is on its way, as long as the connection lasts and `call_timeout` allows; then everything that
  /// waits, and everything that comes, is `closed`, and nothing calls back any more. Blocks. Again: nothing.
  void close();

  [[nodiscard]] const ClientOptions& options() const { return options_; }
  [[nodiscard]] const Uplink& uplink() const { return parts_->uplink; }
  [[nodiscard]] Dice& dice() { return dice_; }
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }
  /// Whether this thread runs the loop, which must not wait for itself.
  [[nodiscard]] bool is_this_thread() { return thread_.loop().runs_here(); }

  /// Takes an append in.
  [[nodiscard]] Result<void> append(std::unique_ptr<Outgoing> outgoing);
  /// Takes an append in, waiting for room, and waits for what becomes of it.
  [[nodiscard]] Result<Appended> append_and_wait(std::unique_ptr<Outgoing> outgoing);

  /// Begins a call; its answer comes, at the latest, after `timeout`.
  template <class T>
  [[nodiscard]] std::shared_ptr<Answer<T>> begin(Try<T> tried, std::chrono::nanoseconds timeout,
                                                 Closed closed_means = Closed::server_goes) {
    auto answer = std::make_shared<Answer<T>>();
    thread_.loop().post(call_of<T>(std::move(tried), timeout, answer, closed_means));
    return answer;
  }

  /// Makes a call and waits for its answer.
  template <class T>
  [[nodiscard]] Result<T> ask(Try<T> tried, std::chrono::nanoseconds timeout,
                              Closed closed_means = Closed::server_goes) {
    if (auto ok = may_wait(); !ok) return std::unexpected(std::move(ok.error()));
    auto answer = std::make_shared<Answer<T>>();
    thread_.loop().borrow(call_of<T>(std::move(tried), timeout, answer, closed_means),
                          [&answer] { return answer->is_set(); });
    return answer->wait();
  }
  /// With the call_timeout.
  template <class T>
  [[nodiscard]] Result<T> ask(Try<T> tried) {
    return ask<T>(std::move(tried), options_.call_timeout);
  }
  /// `closed`, or `unsupported` on the client's own thread.
  [[nodiscard]] Result<void> may_wait();

  /// Subscribes, into `mailbox`. The number is for what follows.
  [[nodiscard]] Result<std::uint64_t> subscribe(const SubscribeOptions& options, std::shared_ptr<Mailbox> mailbox);
  /// The mailbox of feed `number` has room again.
  void room(std::uint64_t number);
  /// Feed `number` is not needed any more.
  void drop(std::uint64_t number);

 private:
  /// What lives on the loop.
  struct Parts {
    Parts(net::Loop& loop, net::Address address, const ClientOptions& options, Dice& dice, Outbox& outbox);
    Uplink uplink;
    Sender sender;
    Calls calls;
    struct Subscribed {
      std::shared_ptr<Mailbox> mailbox;
      std::unique_ptr<Feed> feed;
    };
    std::unordered_map<std::uint64_t, Subscribed> feeds;
    kj::Promise<void> closing = nullptr;
  };

  template <class T>
  [[nodiscard]] auto call_of(Try<T> tried, std::chrono::nanoseconds timeout, std::shared_ptr<Answer<T>> answer,
                             Closed closed_means) {
    return [this, tried = std::move(tried), timeout, answer = std::move(answer), closed_means]() mutable {
      parts_->calls.ask<T>(std::move(tried), timeout, std::move(answer), closed_means);
    };
  }
  [[nodiscard]] bool quiet();
  void run_and_wait(std::function<kj::Promise<Result<void>>()> work, Answer<void>& answer);
  void end();

  const ClientOptions options_;
  Dice dice_;
  Outbox outbox_;
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> next_feed_{0};
  std::unique_ptr<Parts> parts_;  ///< Made, used and destroyed on the loop's thread, before the loop ends.
  net::LoopThread thread_;
};

}  // namespace daybook::client
