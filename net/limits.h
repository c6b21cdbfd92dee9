// What one connection may cost us: in bytes, in calls, in capabilities and in time. A count or a time of 0 is no limit.
//
// Threads: values; any.
#pragma once

#include <chrono>
#include <cstddef>

namespace daybook::net {

/// Bounds of a Connection. At those that are called a *gate* nothing more is read until there is room again: the peer
/// waits, in TCP's window. At the others the connection is closed, with a reason that names the bound.
///
/// Only one of two peers may have gates: two that each wait for the other to read would wait for ever. It is the
/// server; what a client has on its way is bounded by whoever calls there.
struct ConnectionLimits {
  std::size_t message_bytes_before_login = std::size_t{64} << 10;  ///< A larger message before logged_in() closes.
  std::size_t message_bytes = std::size_t{20} << 20;               ///< A larger message after logged_in() closes.

  std::size_t calls_in_flight = 1024;                        ///< Gate: calls of the peer that have no answer yet.
  std::size_t call_bytes_in_flight = std::size_t{40} << 20;  ///< Gate: the bytes of those calls.
  std::size_t queued_bytes = std::size_t{8} << 20;           ///< Gate: bytes that wait to be sent to the peer.
  std::size_t window_bytes = std::size_t{512} << 10;         ///< Of one stream of `-> stream` calls, on their way.
  std::size_t spare_bytes = 0;                               ///< Kept of a large message's memory for the next one.

  std::size_t unfinished_calls = std::size_t{16} << 10;  ///< Calls of the peer whose answers it has not let go of.
  std::size_t exports = 4096;                            ///< Capabilities of ours that the peer has not let go of.
  std::size_t capabilities_in_message = 64;              ///< Capabilities that one message of the peer may carry.
  std::size_t promise_depth = 16;                        ///< Promises of the peer that resolve to promises, in a row.

  std::chrono::milliseconds handshake = std::chrono::seconds(10);     ///< From the beginning to logged_in().
  std::chrono::milliseconds idle = std::chrono::minutes(5);           ///< Without a message either way, unless held.
  std::chrono::milliseconds half_message = std::chrono::seconds(60);  ///< From a message's first byte to its last.
  std::chrono::milliseconds dead_after = std::chrono::minutes(2);     ///< The peer's kernel answers nothing any more.
  std::chrono::milliseconds linger = std::chrono::seconds(1);         ///< For the last words, once the end is decided.

  /// For the side that calls: no gates, no handshake, never idle; the bounds on bytes, capabilities and half messages
  /// hold.
  [[nodiscard]] static ConnectionLimits client();
};

inline ConnectionLimits ConnectionLimits::client() {
  ConnectionLimits limits;
  limits.message_bytes_before_login = limits.message_bytes;
  limits.spare_bytes = std::size_t{1} << 20;
  limits.calls_in_flight = limits.call_bytes_in_flight = limits.queued_bytes = 0;
  limits.handshake = limits.idle = std::chrono::milliseconds(0);
  return limits;
}

}  // namespace daybook::net
