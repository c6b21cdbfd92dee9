// Points in time as text: RFC 3339, UTC, to the nanosecond.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"

namespace daybook::cli {

/// Appends `2011-12-09T12:50:00.000000000Z`; always 30 characters.
void append_time(std::string& out, Timestamp time);
/// Reads RFC 3339: `2011-12-09T12:50:00Z`, with 1 to 9 digits of a second's fraction or none, and `Z` or an offset such
/// as `+01:00`. Anything else, a leap second, or a time that
/// 64 bits of nanoseconds do not reach (they do from 1677 to 2262) is nullopt.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);
/// As parse_time(), and a date alone, which is its midnight in UTC: for flags.
[[nodiscard]] std::optional<Timestamp> parse_time_or_date(std::string_view text);

}  // namespace daybook::cli
