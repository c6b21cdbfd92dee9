// Sizes and times as people write them: `64MiB`, `30s`.
//
// Threads: any; pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::cli {

/// Bytes: digits alone, or with KiB, MiB or GiB behind them.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// As parse_bytes() reads it, in the largest unit without a remainder.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// A time: digits with ns, us, ms, s, m or h behind them.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// As parse_duration() reads it, in the largest unit without a remainder. `duration` is not negative.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

}  // namespace daybook::cli
