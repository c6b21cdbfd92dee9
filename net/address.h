// Where a server listens: "HOST:PORT" or "unix:PATH".
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daybook/result.h"

namespace daybook::net {

/// An address as a person writes it.
struct Address {
  std::string path;        ///< Of a Unix socket; empty: TCP.
  std::string host;        ///< A name or an IP address, IPv6 without its brackets.
  std::uint16_t port = 0;  ///< 0: any free one, for listening.

  /// Whether only this machine gets there: a Unix socket, a loopback address, `localhost`.
  [[nodiscard]] bool local() const;
};

/// Reads "127.0.0.1:4290", "[::1]:4290", "localhost:0", "unix:/run/daybook.sock". `invalid` says what is wrong with
/// `text`.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

/// As parse_address() reads it.
[[nodiscard]] std::string to_string(const Address& address);

}  // namespace daybook::net
