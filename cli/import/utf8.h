// Whether bytes are UTF-8, and if not, where.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace daybook::cli {

/// Where the first byte stands that is no part of valid UTF-8 (RFC 3629); nullopt when all of `bytes` is valid.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view bytes);

/// The character of valid UTF-8 that begins at `at`, which moves behind it.
[[nodiscard]] char32_t next_character(std::string_view text, std::size_t& at);

}  // namespace daybook::cli
