// Where what Cap'n Proto throws of a malformed message becomes an error.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <utility>

#include <kj/exception.h>

#include "daybook/result.h"
#include "net/errors.h"

namespace daybook::net {

/// `read()`, which returns a Result; `invalid` where the message that it reads is malformed, or makes a few bytes look
/// like many (Cap'n Proto's traversal limit).
template <class Read>
[[nodiscard]] auto guarded(Read&& read) -> decltype(read()) {
  try {
    return std::forward<Read>(read)();
  } catch (const kj::Exception& exception) {
    return fail(Code::invalid, "the message is malformed: " + to_error(exception).message);
  }
}

}  // namespace daybook::net
