// Points in time as text: RFC 3339, in UTC for programs, in the user's zone for a person at a terminal.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"

#include "cli/output.h"

namespace daybook::cli {

/// Appends `2011-12-09T12:50:00.000000000Z`; always 30 characters.
void append_time(std::string& out, Timestamp time);
/// Digits of a second's fraction.
enum class Precision : std::uint8_t { milliseconds = 3, nanoseconds = 9 };
/// `time` as `output` is to show it: on a terminal in the user's zone (TZ, else the system's; UTC where that is
/// unknown), such as `2011-12-09T13:50:00.000+01:00`; elsewhere in UTC. Later digits are cut off.
[[nodiscard]] std::string shown_time(const Output& output, Timestamp time, Precision precision);
/// Reads RFC 3339: `2011-12-09T12:50:00Z`, with 1 to 9 digits of a second's fraction or none, and `Z` or an offset such
/// as `+01:00`. Anything else, a leap second, or a time that
/// 64 bits of nanoseconds do not reach (they do from 1677 to 2262) is nullopt.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);
/// As parse_time(), and a date alone, which is its midnight in UTC: for flags.
[[nodiscard]] std::optional<Timestamp> parse_time_or_date(std::string_view text);

}  // namespace daybook::cli
