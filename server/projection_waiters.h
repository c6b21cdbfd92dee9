// Calls that wait for a projection to hold what their caller has appended, of one loop: so that who wrote reads his own
// writes.
//
// Threads: the loop's; ring() from any. Owns: the waiting calls.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include <kj/async.h>

#include "daybook/result.h"
#include "net/loop.h"
#include "server/projection_host.h"

namespace daybook::server {

/// Of all projections of a server, for each.
inline constexpr std::size_t kProjectionWaitersMax = std::size_t{16} << 10;

class ProjectionWaiters {
 public:
  ProjectionWaiters(net::Loop& loop, ProjectionHost& projection) : loop_(loop), projection_(projection) {}
  ProjectionWaiters(const ProjectionWaiters&) = delete;
  ProjectionWaiters& operator=(const ProjectionWaiters&) = delete;

  /// Done when the projection holds every event through `sequence`. `timeout` when that takes too long; `closed` where
  /// it stands still before; `busy` where too many wait; `invalid` for a timeout that is none.
  [[nodiscard]] kj::Promise<Result<void>> wait(Sequence sequence, std::chrono::nanoseconds timeout);

  /// The projection moved. Any thread.
  void ring();
  /// Tells all of them.
  void refuse(const Error& error);

 private:
  struct Waiter {
    Sequence sequence;
    kj::Own<kj::PromiseFulfiller<Result<void>>> told;
  };
  void look();

  net::Loop& loop_;
  ProjectionHost& projection_;
  std::atomic<std::size_t> count_{0};  ///< Of waiters: a projection that nobody waits for wakes nobody.
  std::atomic<bool> rung_{false};
  std::list<Waiter> waiters_;
};

}  // namespace daybook::server
