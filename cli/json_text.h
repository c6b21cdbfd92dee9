// JSON as text: writing strings, and telling whether a text is JSON.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::cli {

/// Appends `text` (UTF-8) as a JSON string with its quotes. What a terminal would act on
/// (visible_text.h) is escaped.
void append_json_string(std::string& out, std::string_view text);
/// Whether `text` is one JSON value of RFC 8259, blanks around it allowed: valid UTF-8, any depth, any size of number.
[[nodiscard]] bool is_json(std::string_view text);
/// Where `text` stops being that; nullopt when it is one JSON value.
[[nodiscard]] std::optional<std::size_t> json_flaw_at(std::string_view text);
/// `text` without the JSON blanks (space, tab, line feed, carriage return) around it.
[[nodiscard]] std::string_view trim_json(std::string_view text);

}  // namespace daybook::cli
