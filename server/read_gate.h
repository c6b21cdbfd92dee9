// How much one connection may have read for it before its peer takes what there is: a page that nobody fetches is
// memory.
//
// Threads: the loop's. Owns: the reads that wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

#include <kj/async.h>

#include "net/connection.h"
#include "net/loop.h"

namespace daybook::server {

/// Of one connection. Outlived by its passes and promises.
class ReadGate final : private kj::TaskSet::ErrorHandler {
 public:
  /// Nothing begins while the connection has more than `outbox_bytes_max` to send.
  ReadGate(net::Loop& loop, std::size_t outbox_bytes_max)
      : loop_(loop), outbox_bytes_max_(outbox_bytes_max), tasks_(*this) {}
  ReadGate(const ReadGate&) = delete;
  ReadGate& operator=(const ReadGate&) = delete;

  /// The connection whose outbox counts; nullptr once it is gone.
  void watch(const net::Connection* connection) { connection_ = connection; }

  /// The right to one read; destroy it when its answer is on its way.
  class Pass {
   public:
    explicit Pass(ReadGate& gate) : gate_(&gate) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    ReadGate* gate_;
  };

  /// Whether the outbox is below its bound.
  [[nodiscard]] bool has_room() const;
  /// Done when it is this one's turn, in the order of the calls.
  [[nodiscard]] kj::Promise<Pass> enter();

 private:
  static constexpr std::chrono::microseconds kLookFirst{50};

  [[nodiscard]] bool open() const;
  void leave();
  void let_in();
  void taskFailed(kj::Exception&& exception) override;

  net::Loop& loop_;
  const std::size_t outbox_bytes_max_;
  const net::Connection* connection_ = nullptr;
  std::size_t inside_ = 0;
  std::deque<kj::Own<kj::PromiseFulfiller<Pass>>> waiting_;
  std::chrono::microseconds look_after_ = kLookFirst;  ///< The timer's next wait.
  bool looking_ = false;                               ///< A timer runs.
  kj::TaskSet tasks_;
};

}  // namespace daybook::server
