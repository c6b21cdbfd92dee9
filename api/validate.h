// What may be appended: names, sizes, counts. The limits are in daybook/limits.h.
//
// Threads: any; pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "daybook/event.h"
#include "daybook/result.h"

namespace daybook {

/// A name as every name must be: 1..`bytes_max` bytes of UTF-8 without control characters. `what` is for the message.
[[nodiscard]] Result<void> check_name(std::string_view what, std::string_view name, std::size_t bytes_max);

/// A stream or type that a producer may write: check_name, and not beginning with `$`.
[[nodiscard]] Result<void> check_own_name(std::string_view what, std::string_view name, std::size_t bytes_max);

/// Everything about `commit` that can be judged without the log.
[[nodiscard]] Result<void> check_commit(const Commit& commit);

}  // namespace daybook
