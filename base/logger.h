// Where daybook's few log lines go. `log_error` means that a person must act.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace daybook {

/// How a line is written: for people, or as a JSON object `{"time","level","logger","message"}`.
enum class LogFormat : std::uint8_t { text, json };
/// The least that is written.
enum class LogLevel : std::uint8_t { info, warning, error, off };

/// For a program, once, before it has threads; not for a library. Until then lines are text, from warnings on, on
/// standard error or where the program's own logger of the name `daybook` puts them.
void configure_logger(LogFormat format, LogLevel level);

/// `what happened key=value ...; what happens now`. Never payloads.
void log_info(std::string_view line);
void log_warning(std::string_view line);
void log_error(std::string_view line);

/// Of the library behind it.
[[nodiscard]] std::string spdlog_version();

}  // namespace daybook
