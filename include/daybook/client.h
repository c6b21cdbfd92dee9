// A server's log as if it were one's own: connect() instead of Log::open(), and the rest of the program stays as it is.
//
// Threads: as daybook/log.h says. Owns: a connection, and one thread that works it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/result.h"
#include "daybook/state.h"

namespace daybook {

/// How to connect, and how much to hold. Out of range is `invalid`.
struct ClientOptions {
  std::string token{};                  ///< What the server asks for; empty: nothing.
  std::string name = "daybook-client";  ///< For the server's log lines: 1..256 B.

  /// The first connection: connect() fails behind it. At most 1 hour.
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(10);
  /// A call that is no append, over all tries. At most 1 hour. Appends have AppendOptions::timeout.
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(30);
  /// Between two tries: doubled from the first to the last, with jitter of half.
  std::chrono::nanoseconds backoff_first = std::chrono::milliseconds(20);
  std::chrono::nanoseconds backoff_last = std::chrono::seconds(2);  ///< See `backoff_first`.

  /// Appends that come together travel together: while one request is on its way the next ones gather. `linger` waits
  /// longer for more. At most 1 s.
  std::chrono::nanoseconds linger{0};
  std::size_t request_bytes_max = std::size_t{1} << 20;   ///< 64 KiB..16 MiB; one commit may exceed it.
  std::size_t queue_commits_max = std::size_t{16} << 10;  ///< 1..1Mi appends without an answer; then as Options says.
  std::size_t queue_bytes_max = std::size_t{64} << 20;    ///< 16 MiB..1 GiB of them.
  std::size_t subscription_bytes_max = std::size_t{1} << 20;  ///< 64 KiB..64 MiB that a subscription holds unread.

  std::uint64_t seed = 0;  ///< For keys and jitter; 0 takes one from the operating system.

  /// `invalid` with the option's name, its value and its range.
  [[nodiscard]] Result<void> check() const;
};

/// Connects to a daybook server at `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`. Blocks. Errors: `io` (nobody answers; the
/// message says what was tried), `denied` (token), `unsupported` (protocol version), `invalid` (address, options).
///
/// The log that it gives behaves like an embedded one, and beyond it:
/// - After a lost connection it connects again by itself, for ever, until close(). Calls wait for that, up to their
///   timeout.
/// - Each append carries an idempotency key, its own where the commit has none, and is sent again after a lost
///   connection: nothing is lost and nothing is there twice. Its timeout says *not appended* where it was never sent,
///   otherwise *may have been appended*. Completions run on the client's thread, in the order of their answers.
/// - Cursors and subscriptions go on where they were. A server whose log is another one, or an older copy, says
///   `diverged`.
/// - head() is the highest that this client has heard of; refresh() asks.
/// - placement(), verify() and flush_index() say `unsupported`; directory() is the address; damage() is empty.
[[nodiscard]] Result<std::unique_ptr<Log>> connect(std::string_view address, const ClientOptions& options = {});

/// A projection that the server runs, read over the connection of a log from connect().
class RemoteProjection {
 public:
  /// `not_found` where the server runs none of this name; `unsupported` for an embedded log. `log` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<RemoteProjection>> open(Log& log, std::string_view name);
  /// Where each stands that the server runs. `unsupported` for an embedded log. Blocks.
  [[nodiscard]] static Result<std::vector<ProjectionStatus>> list(Log& log);
  ~RemoteProjection();
  RemoteProjection(const RemoteProjection&) = delete;
  RemoteProjection& operator=(const RemoteProjection&) = delete;

  /// From now on answers hold every event through `sequence`; each waits for that up to `timeout`, then says `timeout`.
  /// With the sequence of one's own append: read your own writes.
  void at_least(Sequence sequence, std::chrono::nanoseconds timeout = std::chrono::seconds(10));
  /// Where it stands. Blocks.
  [[nodiscard]] Result<ProjectionStatus> status();
  /// Its rows; put and erase say `unsupported`. Each page of a scan is as of its own time. Blocks.
  [[nodiscard]] State& state();

  class Impl;

 private:
  explicit RemoteProjection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
