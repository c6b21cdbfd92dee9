// Between KJ's exceptions and daybook's errors: the only place where they meet. It is for what befalls a connection;
// what a call says about the log travels as data of the schema.
//
// Threads: any.
#pragma once

#include <kj/exception.h>

#include "daybook/result.h"

namespace daybook::net {

/// An exception as an error: DISCONNECTED is `io` (connect again), OVERLOADED is `busy` (later), UNIMPLEMENTED is
/// `unsupported` (an older or newer peer), anything else `invalid`; one made by to_exception() in this process gives
/// the code that went in. One line, without KJ's file names.
[[nodiscard]] Error to_error(const kj::Exception& exception);

/// An error as an exception that goes to the peer as its message: `io`, `closed` and `timeout` are DISCONNECTED, `busy`
/// is OVERLOADED, `unsupported` is UNIMPLEMENTED, all else FAILED.
[[nodiscard]] kj::Exception to_exception(const Error& error);

}  // namespace daybook::net
