// Errors as data: what a call says about the log, never about its connection (that is net/errors.h).
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <string>

#include <rpc.capnp.h>

#include "daybook/result.h"

namespace daybook::net {

/// No more is kept of a peer's words to people.
inline constexpr std::size_t kErrorTextBytesMax = 4096;

/// What of a peer's text is shown to people: one line of UTF-8, of at most kErrorTextBytesMax.
[[nodiscard]] std::string one_line(capnp::Text::Reader text);

void to_wire(const Error& error, rpc::Error::Builder builder);

/// Never fails: what is malformed is left out, a code of a newer version is `unsupported`, and the text is one line of
/// at most kErrorTextBytesMax.
[[nodiscard]] Error from_wire(rpc::Error::Reader reader);

/// Fails with the `error` of a call's results, where there is one. May throw, as a call's handler may.
template <class Results>
[[nodiscard]] Result<void> error_of(const Results& results) {
  if (!results.hasError()) return {};
  return std::unexpected(from_wire(results.getError()));
}

}  // namespace daybook::net
