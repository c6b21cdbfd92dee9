// What every part of a server shares. `Server` wires it.
//
// Threads: any; see each member. Owns: the reader threads, the projections' threads, the counts; borrows the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "daybook/log.h"
#include "daybook/server.h"
#include "net/listener.h"
#include "server/append_desk.h"
#include "server/calls.h"
#include "server/projection_host.h"
#include "server/reader_pool.h"

namespace daybook::server {

/// Reads that may wait for a reader thread, of all connections.
inline constexpr std::size_t kReadsWaitingMax = std::size_t{64} << 10;

struct ServerCore {
  ServerCore(Log& served, const ServerOptions& given)
      : log(served),
        options(given),
        connections(given.connections_max),
        readers(given.reader_threads, kReadsWaitingMax) {}

  Log& log;
  const ServerOptions options;
  net::ConnectionCount connections;
  Calls calls;
  const std::shared_ptr<AppendsInProgress> appends = std::make_shared<AppendsInProgress>();
  std::atomic<std::uint64_t> subscriptions{0};
  std::atomic<std::uint64_t> refused{0};
  ReaderPool readers;
  std::vector<std::unique_ptr<ProjectionHost>> projections;

  /// The projection of this name; nullptr where there is none.
  [[nodiscard]] ProjectionHost* projection(std::string_view name) const {
    for (const auto& host : projections) {
      if (host->name() == name) return host.get();
    }
    return nullptr;
  }
};

}  // namespace daybook::server
