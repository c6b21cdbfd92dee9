// The ranges of daybook/server.h, in one table, and what can be said of an address without looking it up.
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "api/option_bounds.h"
#include "daybook/server.h"
#include "net/address.h"

namespace daybook {
namespace {

constexpr std::size_t kListenMax = 16;
constexpr std::chrono::nanoseconds kTimeMin = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kTimeMax = std::chrono::hours(24);

Result<void> check_counts(const ServerOptions& options) {
  const CountBound bounds[] = {
      {"network_threads", options.network_threads, 1, 64},
      {"reader_threads", options.reader_threads, 1, 64},
      {"connections_max", options.connections_max, 1, kMiB},
      {"calls_max", options.calls_max, 1, 64 * kKiB},
      {"message_bytes_max", options.message_bytes_max, kMiB, 64 * kMiB},
      {"login_message_bytes_max", options.login_message_bytes_max, kKiB, kMiB},
      {"outbox_bytes_max", options.outbox_bytes_max, 64 * kKiB, kGiB},
      {"appends_bytes_max", options.appends_bytes_max, 16 * kMiB, 16 * kGiB},
  };
  return check_bounds(bounds);
}

Result<void> check_times(const ServerOptions& options) {
  const TimeBound bounds[] = {
      {"handshake_timeout", options.handshake_timeout, kTimeMin, kTimeMax},
      {"message_timeout", options.message_timeout, kTimeMin, kTimeMax},
      {"idle_timeout", options.idle_timeout, kTimeMin, kTimeMax},
      {"dead_timeout", options.dead_timeout, kTimeMin, kTimeMax},
      {"drain_timeout", options.drain_timeout, std::chrono::nanoseconds(0), kTimeMax},
  };
  return check_bounds(bounds);
}

Result<void> check_addresses(const ServerOptions& options) {
  if (options.listen.empty() || options.listen.size() > kListenMax) {
    return fail(Code::invalid, "the option listen has " + std::to_string(options.listen.size()) +
                                   " addresses; it must be from 1 to " + std::to_string(kListenMax));
  }
  for (const std::string& text : options.listen) {
    const auto address = net::parse_address(text);
    if (!address) return std::unexpected(address.error());
    if (!options.insecure && !address->local()) {
      return fail(Code::invalid, "the option listen names " + text +
                                     ", which other machines reach, and the server has neither encryption nor "
                                     "passwords; give a loopback address or a Unix socket, or set insecure");
    }
  }
  return {};
}

Result<void> check_projections(const ServerOptions& options) {
  std::set<std::string_view> names;
  for (const Projection& projection : options.projections) {
    if (!names.insert(projection.name).second) {
      return fail(Code::invalid, "the option projections names " + projection.name + " twice");
    }
  }
  return {};
}

}  // namespace

Result<void> ServerOptions::check() const {
  if (auto ok = check_counts(*this); !ok) return ok;
  if (auto ok = check_times(*this); !ok) return ok;
  if (auto ok = check_addresses(*this); !ok) return ok;
  return check_projections(*this);
}

}  // namespace daybook
