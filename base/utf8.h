// UTF-8 as names must be: well-formed, without control characters.
//
// Threads: any; pure functions.
#pragma once

#include <string_view>

namespace daybook {

/// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

/// Whether `text` holds one of U+0000-001F or U+007F.
[[nodiscard]] bool has_control_character(std::string_view text);

/// Whether `text` holds nothing but U+0020-007E: well-formed and without control characters, as nearly every name is.
/// Eight bytes at a time.
[[nodiscard]] bool is_printable_ascii(std::string_view text);

}  // namespace daybook
