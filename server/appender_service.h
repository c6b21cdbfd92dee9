// Many commits at full speed: what is written is appended, and only the sum of it is told.
//
// Threads: the loop's. Owns: a share of its visitor, the sums.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <kj/async.h>
#include <kj/memory.h>
#include <rpc.capnp.h>

#include "daybook/result.h"
#include "net/kj_interface.h"
#include "server/append_desk.h"
#include "server/visitor.h"

namespace daybook::server {

/// Commits of one call.
inline constexpr std::size_t kCommitsOfCallMax = 4096;

/// Whether a call that appends `commits` may begin: `closed` while the server stops, `too_large`, `invalid` for a
/// timeout that is none; each *not appended*.
[[nodiscard]] Result<void> check_append(const Visitor& visitor, std::size_t commits, std::chrono::nanoseconds timeout);

DAYBOOK_KJ_INTERFACE_BEGIN
class AppenderService final : public rpc::Appender::Server {
 public:
  AppenderService(kj::Own<Visitor> visitor, std::chrono::nanoseconds timeout)
      : visitor_(kj::mv(visitor)), timeout_(timeout) {}

 protected:
  kj::Promise<void> write(WriteContext context) override;
  kj::Promise<void> finish(FinishContext context) override;

 private:
  class Written;

  void count(std::uint64_t first, const AppendResults& results);
  void refuse(std::uint64_t at, const Error& error);

  kj::Own<Visitor> visitor_;
  std::chrono::nanoseconds timeout_;
  std::uint64_t written_ = 0;  ///< Commits.
  std::uint64_t judged_ = 0;   ///< Of these.
  std::uint64_t appended_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t last_ = 0;           ///< The highest sequence.
  std::uint64_t first_refused_ = 0;  ///< With `error_`.
  std::optional<Error> error_;
  kj::Vector<kj::Own<kj::PromiseFulfiller<void>>> finishing_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::server
