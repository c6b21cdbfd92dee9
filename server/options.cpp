// The ranges of daybook/server.h, in one table, and what can be said of an address without looking it up.
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "daybook/server.h"
#include "net/address.h"

namespace daybook {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::size_t kListenMax = 16;
constexpr std::chrono::nanoseconds kTimeMin = std::chrono::milliseconds(1);
constexpr std::chrono::nanoseconds kTimeMax = std::chrono::hours(24);

struct Bound {
  const char* name;
  std::uint64_t value;
  std::uint64_t min;
  std::uint64_t max;
};

struct TimeBound {
  const char* name;
  std::chrono::nanoseconds value;
  std::chrono::nanoseconds min;
};

Result<void> check_counts(const ServerOptions& options) {
  const Bound bounds[] = {
      {"network_threads", options.network_threads, 1, 64},
      {"reader_threads", options.reader_threads, 1, 64},
      {"connections_max", options.connections_max, 1, kMiB},
      {"calls_max", options.calls_max, 1, 64 * kKiB},
      {"message_bytes_max", options.message_bytes_max, kMiB, 64 * kMiB},
      {"login_message_bytes_max", options.login_message_bytes_max, kKiB, kMiB},
      {"outbox_bytes_max", options.outbox_bytes_max, 64 * kKiB, kGiB},
      {"appends_bytes_max", options.appends_bytes_max, 16 * kMiB, 16 * kGiB},
  };
  for (const Bound& bound : bounds) {
    if (bound.value < bound.min || bound.value > bound.max) {
      return fail(Code::invalid, std::string("the option ") + bound.name + " is " + std::to_string(bound.value) +
                                     "; it must be from " + std::to_string(bound.min) + " to " +
                                     std::to_string(bound.max));
    }
  }
  return {};
}

Result<void> check_times(const ServerOptions& options) {
  const TimeBound bounds[] = {
      {"handshake_timeout", options.handshake_timeout, kTimeMin},
      {"message_timeout", options.message_timeout, kTimeMin},
      {"idle_timeout", options.idle_timeout, kTimeMin},
      {"dead_timeout", options.dead_timeout, kTimeMin},
      {"drain_timeout", options.drain_timeout, std::chrono::nanoseconds(0)},
  };
  for (const TimeBound& bound : bounds) {
    if (bound.value < bound.min || bound.value > kTimeMax) {
      return fail(Code::invalid, std::string("the option ") + bound.name + " is " +
                                     std::to_string(bound.value.count()) + " ns; it must be from " +
                                     std::to_string(bound.min.count()) + " ns to 24 hours");
    }
  }
  return {};
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
