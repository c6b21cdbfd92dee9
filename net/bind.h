// Binding an address and listening on it.
//
// Threads: any; may block for looking a name up. Owns: Bound owns its descriptor.
#pragma once

#include <cstdint>

#include "daybook/result.h"
#include "net/address.h"
#include "net/descriptor.h"

namespace daybook::net {

/// A socket that listens.
struct Bound {
  Descriptor descriptor;          ///< Does not block.
  int family = 0;                 ///< AF_INET, AF_INET6 or AF_UNIX.
  Address address;                ///< What it came to: an IP address and a port, or the path.
  std::uint64_t file_device = 0;  ///< Of a Unix socket's file, to know it again.
  std::uint64_t file_number = 0;  ///< Likewise.
};

/// See Listener::open() for what it fails with, and for what becomes of a Unix socket's file.
[[nodiscard]] Result<Bound> bind_and_listen(const Address& address);

/// Removes the file of a Unix socket, if what is there is still the one that was bound.
void remove_socket_file(const Bound& bound);

}  // namespace daybook::net
