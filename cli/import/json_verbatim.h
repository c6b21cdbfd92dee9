// JSON values that are passed on as they were written, above all without changing the digits of a number.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace daybook::cli {

/// Appends valid JSON as it is, but on one line: line breaks between its tokens are dropped.
void append_json_on_one_line(std::string& out, std::string_view json);

/// True for a number as JSON writes it (RFC 8259): `-0.50e3`, not `+1`, `01` or `.5`.
[[nodiscard]] bool is_json_number(std::string_view text);

}  // namespace daybook::cli
