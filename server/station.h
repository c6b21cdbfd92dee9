// One network thread's part of the server: its connections, its appends, its subscriptions.
//
// Threads: made, used and destroyed on its loop's; ring() from any. Owns: its connections.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <kj/async.h>

#include "daybook/result.h"
#include "net/connection.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/socket_stream.h"
#include "server/append_desk.h"
#include "server/core.h"
#include "server/projection_waiters.h"
#include "server/visitor.h"

namespace daybook::server {

class Feed;

class Station final : private kj::TaskSet::ErrorHandler {
 public:
  Station(ServerCore& core, net::Loop& loop);
  ~Station();
  Station(const Station&) = delete;
  Station& operator=(const Station&) = delete;

  /// Serves whoever came in by `socket`.
  void welcome(net::Socket socket, net::ConnectionCount::Ticket ticket);

  /// The log's head moved. Any thread; never blocks; costs nothing where nobody waits for it.
  void ring();
  /// A projection moved, or stopped. Likewise.
  void ring(ProjectionHost& projection);

  /// Tells `reason` to all who wait for a projection.
  void refuse_waiters(const Error& reason);
  /// Tells all subscribers `reason`, closes all connections, and calls `done` when the last one is gone.
  void farewell(const Error& reason, std::function<void()> done);

  [[nodiscard]] ServerCore& core() { return core_; }
  [[nodiscard]] net::Loop& loop() { return loop_; }
  [[nodiscard]] AppendDesk& appends() { return appends_; }
  /// Who waits for a projection to get somewhere, of this loop.
  [[nodiscard]] ProjectionWaiters& waiters_of(ProjectionHost& projection);

  /// A subscription begins, ends, and has nothing to do until the head moves.
  void enter(Feed& feed) { feeds_.insert(&feed); }
  void leave(Feed& feed);
  /// Has it told when the head is beyond `seen`; false: it is.
  [[nodiscard]] bool wait_for_head(Feed& feed, Sequence seen);

 private:
  struct Visit;

  void look_at_idle();
  void depart(Visit& visit, const Error& reason);
  void taskFailed(kj::Exception&& exception) override;

  ServerCore& core_;
  net::Loop& loop_;
  AppendDesk appends_;
  std::atomic<bool> awaited_{false};  ///< Somebody wants to know of the head.
  std::unordered_map<ProjectionHost*, std::unique_ptr<ProjectionWaiters>> waiters_;
  std::unordered_set<Feed*> feeds_;
  std::vector<Feed*> idle_;
  std::unordered_map<Visit*, std::unique_ptr<Visit>> visits_;
  std::function<void()> all_gone_;
  kj::TaskSet tasks_;
};

}  // namespace daybook::server
