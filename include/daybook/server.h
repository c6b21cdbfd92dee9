// A server in one's own process: one log, open for writing, for producers and subscribers elsewhere, and the
// projections that it runs. `daybook serve` is this and a command line.
//
// Threads: any; start() and stop() one at a time. Owns: its threads and connections; borrows the log.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "daybook/projection.h"
#include "daybook/result.h"

namespace daybook {

/// Where a server listens, and its bounds (docs/limits.md). Out of range is `invalid`.
struct ServerOptions {
  /// `HOST:PORT`, `[IPV6]:PORT` (port 0: any free one) or `unix:PATH`; 1..16 of them.
  std::vector<std::string> listen{"127.0.0.1:4290"};
  /// Without it only loopback addresses and Unix sockets are taken: there is neither encryption nor a password yet.
  bool insecure = false;

  std::size_t network_threads = 2;       ///< 1..64.
  std::size_t reader_threads = 2;        ///< 1..64: reads from storage, so that no connection waits for another's.
  std::size_t connections_max = 10'000;  ///< 1..1Mi; beyond it a new one is closed at once.
  std::size_t calls_max = 1024;          ///< 1..64Ki of one connection in progress; beyond it nothing is read from it.
  std::size_t message_bytes_max = std::size_t{32} << 20;        ///< 1 MiB..64 MiB, after login.
  std::size_t login_message_bytes_max = std::size_t{16} << 10;  ///< 1 KiB..1 MiB, before it.
  std::size_t outbox_bytes_max =
      std::size_t{8} << 20;  ///< 64 KiB..1 GiB to one connection that are not sent; beyond it nothing is read from it.
  std::size_t appends_bytes_max = std::size_t{256} << 20;  ///< 16 MiB..16 GiB of all connections' appends in progress.

  std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);  ///< From the connection to the login.
  std::chrono::nanoseconds message_timeout = std::chrono::seconds(30);    ///< From a message's first byte to its last.
  std::chrono::nanoseconds idle_timeout =
      std::chrono::minutes(10);  ///< Without a call; a connection with a subscription is never idle.
  std::chrono::nanoseconds dead_timeout =
      std::chrono::minutes(2);  ///< Until a peer that no longer answers TCP is given up.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);  ///< What stop() waits for calls in progress.

  std::vector<Projection> projections{};  ///< Run and served. Their stores are in DIR/projections/.

  /// `invalid` with the option's name, its value and its range.
  [[nodiscard]] Result<void> check() const;
};

/// What a server does just now.
struct ServerStatistics {
  std::uint64_t connections = 0;    ///< Open.
  std::uint64_t subscriptions = 0;  ///< Open.
  std::uint64_t calls = 0;          ///< Answered since the start.
  std::uint64_t refused = 0;        ///< Connections closed for a bound or a broken message, since the start.
};

/// Serves one log.
class Server {
 public:
  /// Binds, starts the projections and the threads. The log outlives the server. Errors: `io` and `denied` (an
  /// address), `invalid` (options; an address that needs `insecure`).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(Log& log, const ServerOptions& options);
  /// Calls stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The bound addresses, in the order of `listen`, with the ports that were found.
  [[nodiscard]] const std::vector<std::string>& addresses() const;
  [[nodiscard]] ServerStatistics statistics() const;
  /// Takes no more connections and calls, lets those in progress end up to `drain_timeout`, tells subscribers, closes
  /// all connections and ends its threads. Appends that were taken are still judged, whether or not their answer
  /// arrives. A second call does nothing. Then close the log.
  void stop();

  class Impl;

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
