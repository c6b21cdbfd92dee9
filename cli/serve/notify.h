// How a service manager is told that a service is ready, or stops: sd_notify(3)'s protocol, which is one datagram.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string_view>

#include "daybook/result.h"

namespace daybook::cli {

/// Sends lines such as `READY=1` to the socket that NOTIFY_SOCKET names; without one nothing happens. `invalid`: that
/// is no address of a socket; `io`: it could not be sent.
[[nodiscard]] Result<void> notify_service_manager(std::string_view lines);

}  // namespace daybook::cli
