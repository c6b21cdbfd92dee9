// Who is at the other end of a connection, as its capabilities know him.
//
// Threads: the loop's. Owns: the gate of its reads.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <kj/async.h>
#include <kj/refcount.h>

#include "daybook/result.h"
#include "net/connection.h"
#include "net/wire_error.h"
#include "server/core.h"
#include "server/read_gate.h"

namespace daybook::server {

class Station;

/// Shared by the capabilities that one connection was given, each of which may outlive it by a little.
class Visitor : public kj::Refcounted {
 public:
  explicit Visitor(Station& where);

  Station& station;
  ServerCore& core;
  net::Loop& loop;
  net::Connection* connection = nullptr;  ///< nullptr once it is gone.
  std::string client;                     ///< The name that it gave.
  bool logged_in = false;                 ///< It has a session.

  /// `read` on a reader thread, when it is this connection's turn. It must not refer to what goes with the connection.
  template <class T>
  [[nodiscard]] kj::Promise<Result<T>> read(std::move_only_function<Result<T>()> job) {
    return reads_.enter().then([this, job = std::move(job)](ReadGate::Pass pass) mutable {
      return core.readers.run<T>(loop, std::move(job)).attach(std::move(pass));
    });
  }

  /// Whether its outbox has room for what was read; read() waits until it has.
  [[nodiscard]] bool has_room() const { return reads_.has_room(); }

  /// Whether one more subscription may read its next turn while its last one is on its way: what is read ahead is in
  /// nobody's window yet.
  [[nodiscard]] bool may_read_ahead() const { return reads_ahead_ < kReadsAheadMax; }
  /// It does, as long as this lives.
  [[nodiscard]] auto read_ahead() {
    ++reads_ahead_;
    return kj::defer([self = kj::addRef(*this)]() mutable { --self->reads_ahead_; });
  }

  /// Tells the gate where the outbox is.
  void arrive(net::Connection& through);
  /// The connection goes.
  void leave();

 private:
  static constexpr std::size_t kReadsAheadMax = 8;

  ReadGate reads_;
  std::size_t reads_ahead_ = 0;
};

/// What a call says while the server stops.
[[nodiscard]] inline Error stopping_error(Outcome outcome = Outcome::none) {
  return {.code = Code::closed, .outcome = outcome, .message = "the server is stopping"};
}

}  // namespace daybook::server
