// Getting to a server.
//
// Threads: the loop's. Owns: nothing.
#pragma once

#include <kj/async-io.h>
#include <chrono>

#include "net/address.h"
#include "net/loop.h"

namespace daybook::net {

/// The bytes to and from a server. A name is looked up without blocking the loop, and its addresses are tried in turn,
/// all within `timeout`. Broken with what to_error() reads as `io` (nobody listens, no way there), `not_found` (no such
/// name or path), `denied` (not allowed to use the Unix socket), `timeout`, `invalid` (port 0). Dropping the promise
/// gives up.
[[nodiscard]] kj::Promise<kj::Own<kj::AsyncIoStream>> connect(Loop& loop, Address address,
                                                              std::chrono::nanoseconds timeout);

}  // namespace daybook::net
