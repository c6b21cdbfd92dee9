// DAYBOOK_CHECK: a bug of ours ends the process, with context, also in release builds.
//
// Threads: any.
#pragma once

#include <string_view>

namespace daybook {

/// Prints one line on stderr and aborts. Never for bad input or a failing disk: those are Errors.
[[noreturn]] void check_failed(std::string_view condition, std::string_view message, const char* file, int line);

}  // namespace daybook

/// Aborts unless `condition` holds. `message` says what was believed.
#define DAYBOOK_CHECK(condition, message)                               \
  do {                                                                  \
    if (!(condition)) [[unlikely]] {                                    \
      ::daybook::check_failed(#condition, message, __FILE__, __LINE__); \
    }                                                                   \
  } while (false)
