// Getting to a server.
//
// Threads: the loop's. Owns: nothing.
#pragma once

#include <kj/async.h>
#include <chrono>

#include "daybook/result.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/socket_stream.h"

namespace daybook::net {

/// A connected socket of `loop`. A name is looked up without blocking the loop, and its addresses are tried in turn,
/// all within `timeout`. Fails with `io` (nobody listens, no way there), `not_found` (no such name or path), `denied`
/// (not allowed to use the Unix socket), `timeout`, `invalid` (port 0, a path too long); never as an exception.
/// Dropping the promise gives up.
[[nodiscard]] kj::Promise<Result<Socket>> connect(Loop& loop, Address address, std::chrono::nanoseconds timeout);

}  // namespace daybook::net
