// Where daybook's few log lines go. `log_error` means that a person must act.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace daybook {

/// `what happened key=value ...; what happens now`. Never payloads.
void log_info(std::string_view line);
void log_warning(std::string_view line);
void log_error(std::string_view line);

/// Of the library behind it.
[[nodiscard]] std::string spdlog_version();

}  // namespace daybook
