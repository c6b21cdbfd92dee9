// A server that does as a test tells it: holds answers back, says odd things, cuts lines. It keeps commits by their
// keys, as a log does, and nothing else.
//
// Threads: the test's; what it is told to do runs on its own. Owns: its loop's thread, its connections.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rpc.capnp.h>

#include "base/mutex.h"
#include "daybook/event.h"
#include "daybook/log.h"
#include "daybook/result.h"

namespace daybook::test {

/// A commit that came.
struct Seen {
  Commit commit;
  std::uint64_t connection = 0;  ///< Over which connection, from 1.
  bool new_key = false;          ///< It said that its key is.
};

class FakeServer {
 public:
  /// What becomes of a commit; nothing: as a log would do it.
  using Judge = std::function<std::optional<Result<Appended>>(const Commit& commit)>;

  FakeServer();
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

  /// From now on commits are judged so.
  void judge(Judge judge);
  /// From now on no append is answered, until let_go().
  void hold();
  /// Answers what was held.
  void let_go();
  /// Drops every connection.
  void cut();
  /// From now on every connection is dropped as it comes, or not any more.
  void refuse(bool refuses);
  /// Waits until it dropped a connection as it came: whoever came has noticed that the one before is lost.
  void await_refused();
  /// What it says of its log from the next connection on.
  void set_log(const LogId& log_id, Sequence head);

  /// Waits until at least `count` commits came; all of them.
  [[nodiscard]] std::vector<Seen> await_commits(std::size_t count);
  /// Requests with commits so far.
  [[nodiscard]] std::size_t requests();

  /// Waits until there were `count` subscribers; where the last of them wants to start, in words.
  [[nodiscard]] std::string await_subscribers(std::size_t count);
  /// Pushes to the last subscriber: all of `block`.
  void push(const std::shared_ptr<const Block>& block);
  /// Ends the last subscription with `error`.
  void end_subscription(const Error& error);
  /// Tells the last subscriber of a gap.
  void push_gap(Sequence first, Sequence last);
  /// Waits until `count` pushes were answered.
  void await_pushed(std::size_t count);
  /// Pushes that were answered.
  [[nodiscard]] std::size_t pushed();

 private:
  class Parts;
  class DaybookService;
  class SessionService;
  class LogService;
  struct State;

  void on_loop(std::function<void(Parts&)> work);

  std::unique_ptr<State> state_;
  std::string address_;
};

/// How long a test waits for what must come. Never passes unless something hangs.
inline constexpr auto kSoon = std::chrono::seconds(60);

}  // namespace daybook::test
