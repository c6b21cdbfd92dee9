// Text from data, made safe for a terminal and measured in its columns.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace daybook::cli {

/// `text` with everything made visible that a terminal would act on: control characters (C0, DEL, C1) and those that
/// turn the direction of writing become `\n`, `\t`, `\r` or `\u001b`; bytes that are no UTF-8 become `\xff`. What it
/// returns holds no line break.
[[nodiscard]] std::string visible(std::string_view text);
/// The columns that visible text takes on a terminal; wide characters count 2, combining marks 0.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// The longest beginning of visible text that fits into `columns`; where something is left out it ends with `…`.
[[nodiscard]] std::string clip(std::string_view text, std::size_t columns);
/// `text` with what visible() makes visible beyond ASCII, and DEL, written as JSON escapes: JSON text that means the
/// same.
[[nodiscard]] std::string json_visible(std::string_view text);

}  // namespace daybook::cli
