// Calls that are no appends: each is tried on one connection after the other until it is answered, its time has passed,
// or the log is closed.
//
// Threads: the loop's. Owns: the calls in progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <kj/async.h>

#include "client/answer.h"
#include "client/uplink.h"
#include "daybook/result.h"
#include "net/kj_interface.h"

namespace daybook::client {

/// One try, on the connection that is up now. It may be called several times.
template <class T>
using Try = std::function<kj::Promise<Result<T>>(Uplink& uplink)>;

/// What `closed` from a server means.
enum class Closed : std::uint8_t {
  server_goes,  ///< It is about to go; another try may meet the next one.
  final,        ///< What was asked for is closed.
};

DAYBOOK_KJ_INTERFACE_BEGIN

class Calls final : private kj::TaskSet::ErrorHandler {
 public:
  /// `uplink` outlives it.
  explicit Calls(Uplink& uplink);
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  /// Sets `answer` when `tried` came to an end, at the latest after `timeout`.
  template <class T>
  void ask(Try<T> tried, std::chrono::nanoseconds timeout, std::shared_ptr<Answer<T>> answer,
           Closed closed_means = Closed::server_goes) {
    auto shared = std::make_shared<Try<T>>(std::move(tried));
    auto late = uplink_.loop().after(timeout).then([this] { return Result<T>(std::unexpected(late_error())); });
    auto closed = closed_.addBranch().then([] { return Result<T>(fail(Code::closed, "the log is closed")); });
    tasks_.add(again<T>(std::move(shared), closed_means)
                   .exclusiveJoin(kj::mv(late))
                   .exclusiveJoin(kj::mv(closed))
                   .then([answer](Result<T> result) { answer->set(std::move(result)); },
                         [answer](kj::Exception&& exception) { answer->set(std::unexpected(error_from(exception))); }));
  }

  /// None is in progress.
  [[nodiscard]] bool idle() { return tasks_.isEmpty(); }

  /// All that are in progress, and all that come, say `closed`.
  void close();

 private:
  /// What a try came to; nothing: it is worth another one.
  template <class T>
  using Tried = std::optional<Result<T>>;

  template <class T>
  kj::Promise<Result<T>> again(std::shared_ptr<Try<T>> tried, Closed closed_means) {
    return uplink_.ready().then([this, tried, closed_means]() -> kj::Promise<Result<T>> {
      if (uplink_.ended()) return Result<T>(std::unexpected(*uplink_.ended()));
      return kj::evalNow([&] { return (*tried)(uplink_); })
          .then(
              [closed_means](Result<T> result) {
                const bool goes = !result && result.error().code == Code::closed && closed_means == Closed::server_goes;
                return goes ? Tried<T>() : Tried<T>(std::move(result));
              },
              [](kj::Exception&& exception) {
                return passes(exception) ? Tried<T>() : Tried<T>(std::unexpected(error_from(exception)));
              })
          .then([this, tried, closed_means](Tried<T> result) -> kj::Promise<Result<T>> {
            if (result) return std::move(*result);
            return uplink_.loop().after(uplink_.pause(1)).then([this, tried, closed_means] {
              return again<T>(tried, closed_means);
            });
          });
    });
  }

  [[nodiscard]] static bool passes(const kj::Exception& exception);
  [[nodiscard]] static Error error_from(const kj::Exception& exception);
  [[nodiscard]] Error late_error() const;
  void taskFailed(kj::Exception&& exception) override;

  Uplink& uplink_;
  kj::Own<kj::PromiseFulfiller<void>> closing_;
  kj::ForkedPromise<void> closed_ = nullptr;
  kj::TaskSet tasks_;
};

DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::client
