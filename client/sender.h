// Sends appends: several in one request, a few requests at a time, and again with the same keys after a lost
// connection.
//
// Threads: the loop's. Owns: the appends between outbox and answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>

#include <kj/async.h>
#include <rpc.capnp.h>

#include "client/outbox.h"
#include "client/uplink.h"
#include "daybook/client.h"
#include "daybook/result.h"
#include "net/kj_interface.h"

namespace daybook::client {

DAYBOOK_KJ_INTERFACE_BEGIN

class Sender final : private kj::TaskSet::ErrorHandler {
 public:
  /// All outlive it.
  Sender(Uplink& uplink, Outbox& outbox, const ClientOptions& options);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Something came, or can be sent now.
  void pump();
  /// Nothing is on its way, or waits to be.
  [[nodiscard]] bool idle() { return waiting_.empty() && in_flight_.empty() && tasks_.isEmpty(); }
  /// Done when nothing is left, or the connection is lost.
  [[nodiscard]] kj::Promise<void> drained();
  /// Completes all that is left with `reason`, each with the outcome that is true of it.
  void fail_all(const Error& reason);

 private:
  struct Request {
    std::uint64_t number = 0;
    OutgoingList appends;
  };
  using Answer = capnp::Response<rpc::Log::AppendManyResults>;
  using Clock = std::chrono::steady_clock;

  void fetch();
  [[nodiscard]] bool may_send();
  [[nodiscard]] bool lingers();
  void send();
  [[nodiscard]] OutgoingList gather(std::size_t& words);
  void answered(std::uint64_t number, const Answer& answer);
  void unanswered(std::uint64_t number, const kj::Exception& exception);
  [[nodiscard]] OutgoingList take(std::uint64_t number);
  /// Completes `outgoing` with `result`, or keeps it in `again` for another try.
  void settle(std::unique_ptr<Outgoing> outgoing, Result<Appended> result, OutgoingList& again);
  void give_back(OutgoingList appends);
  /// A completion that throws ends the program, as an embedded log's does.
  void complete(Outgoing& outgoing, Result<Appended> result) noexcept;
  void pause();
  void watch_deadlines(Clock::time_point first);
  void expire();
  void tell_drained();
  void taskFailed(kj::Exception&& exception) override;

  Uplink& uplink_;
  Outbox& outbox_;
  const ClientOptions& options_;

  std::deque<std::unique_ptr<Outgoing>> waiting_;  ///< In order.
  std::list<Request> in_flight_;                   ///< In the order sent.
  std::uint64_t next_number_ = 0;
  bool again_ = false;  ///< Some of waiting_ came back: the rest of what was sent must do so first, for the order.
  bool awaiting_up_ = false;  ///< pump() is called when the connection is back.
  bool paused_ = false;       ///< pump() is called when the pause is over.
  unsigned pauses_ = 0;       ///< In a row.

  Clock::time_point linger_until_{};  ///< Of the oldest that waits; only where it lingers.
  bool lingering_ = false;
  Clock::time_point watched_ = Clock::time_point::max();  ///< The deadline that the timer is for.
  kj::Promise<void> deadline_timer_ = nullptr;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> drained_;
  kj::TaskSet tasks_;
};

DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::client
