// A client of the protocol and nothing more: Cap'n Proto's calls over one connection, asked from a test's thread.
//
// Threads: the test's; what it gives to call() runs on its loop. Owns: its loop's thread and the connection.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <kj/async.h>
#include <rpc.capnp.h>

#include "base/mutex.h"
#include "daybook/cursor.h"
#include "daybook/event.h"
#include "daybook/log.h"
#include "net/connection.h"
#include "net/errors.h"
#include "net/loop_thread.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"

namespace daybook::test {

/// How long a test waits for what must come. Never passes unless something hangs.
inline constexpr auto kSoon = std::chrono::seconds(60);

/// What a subscriber was told, in order. Any thread.
class Told {
 public:
  /// One call of the server.
  struct Step {
    enum class Kind : std::uint8_t { push, caught_up, scanned_through, gap, ended };
    Kind kind;
    std::vector<Batch> batches{};
    std::vector<bool> excerpts{};  ///< Of each batch, whether it is one.
    Checkpoint position{};
    std::optional<net::Gap> gap{};
    std::optional<Error> ended{};
  };

  void add(Step step);
  /// Waits until `ready` of the steps so far; they are then all.
  [[nodiscard]] std::vector<Step> await(const std::function<bool(const std::vector<Step>&)>& ready);
  /// The same, until a step of `kind` came; that one.
  [[nodiscard]] Step await_first(Step::Kind kind);
  /// The same, until `count` events were pushed; their sequences.
  [[nodiscard]] std::vector<std::uint64_t> await_events(std::size_t count);
  [[nodiscard]] std::size_t events();

  /// From now on pushes are not answered.
  void hold();
  /// They are, and those that were held.
  void let_go();
  [[nodiscard]] bool held();

 private:
  Mutex mutex_;
  Bell bell_;
  std::vector<Step> steps_ DAYBOOK_GUARDED_BY(mutex_);
  bool held_ DAYBOOK_GUARDED_BY(mutex_) = false;
};

class RawClient {
 public:
  /// Connects. Nothing is said yet.
  explicit RawClient(const std::string& address);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// Logs in and opens the log.
  void enter();
  /// Logs in so; the error.
  [[nodiscard]] std::optional<Error> login(const std::string& name, std::uint32_t version);
  /// Closes the connection.
  void drop();
  /// Waits until the server closed it; why, as far as this side knows.
  [[nodiscard]] Error await_closed();

  /// What the promise of `begin`, called on the loop, gives. Fails the test where the call does.
  template <class T>
  T call(std::function<kj::Promise<T>()> begin) {
    auto done = std::make_shared<std::promise<Result<T>>>();
    auto future = done->get_future();
    post([this, done, begin = std::move(begin)]() mutable {
      add_task(kj::evalNow(kj::mv(begin))
                   .then([done](T value) { done->set_value(std::move(value)); },
                         [done](const kj::Exception& e) { done->set_value(std::unexpected(net::to_error(e))); }));
    });
    REQUIRE(future.wait_for(kSoon) == std::future_status::ready);
    auto result = future.get();
    if (!result) FAIL(to_string(result.error()));
    return std::move(*result);
  }

  /// Of `commit`, as the server answers it.
  [[nodiscard]] Result<Appended> append(const Commit& commit, std::chrono::nanoseconds timeout = kSoon);
  [[nodiscard]] std::vector<Result<Appended>> append_many(const std::vector<Commit>& commits);

  /// A subscription, told to the returned; it ends with unsubscribe(), drop() or this.
  [[nodiscard]] Result<std::shared_ptr<Told>> subscribe(const SubscribeOptions& options);
  /// Lets go of the last subscription.
  void unsubscribe();
  /// Stops the last subscription and waits for the answer.
  void stop_subscription();

  /// For begin() of call(); on the loop only.
  [[nodiscard]] rpc::Daybook::Client daybook();
  [[nodiscard]] rpc::Session::Client session();
  [[nodiscard]] rpc::Log::Client log();

 private:
  struct Parts;
  void post(std::move_only_function<void()> work);
  void add_task(kj::Promise<void> task);

  net::LoopThread thread_{"raw-client"};
  std::unique_ptr<Parts> parts_;
};

/// The error of a call's results, where there is one.
template <class Results>
std::optional<Error> error_in(const Results& results) {
  if (!results.hasError()) return std::nullopt;
  return net::from_wire(results.getError());
}

}  // namespace daybook::test
