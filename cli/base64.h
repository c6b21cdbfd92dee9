// Base64 of RFC 4648, for data that JSON cannot carry as it is.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::cli {

/// Appends `bytes` in the standard alphabet, padded.
void append_base64(std::string& out, std::string_view bytes);
/// The bytes of padded, standard base64 without blanks; nullopt for anything else, unused bits that are set included.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace daybook::cli
