// Binary units only, since the bounds that they are for are powers of two; a unit is always written, but for bytes,
// because `30` for a time has been taken for seconds and for milliseconds.
#include "cli/units.h"

#include <array>
#include <limits>
#include <ranges>
#include <utility>

#include "cli/flags.h"

namespace daybook::cli {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

constexpr std::array<Unit, 4> kSizes{Unit{"", 1}, Unit{"KiB", 1ull << 10}, Unit{"MiB", 1ull << 20},
                                     Unit{"GiB", 1ull << 30}};
constexpr std::array<Unit, 6> kTimes{Unit{"ns", 1},
                                     Unit{"us", 1000},
                                     Unit{"ms", 1'000'000},
                                     Unit{"s", 1'000'000'000},
                                     Unit{"m", 60'000'000'000},
                                     Unit{"h", 3'600'000'000'000}};

template <class Units>
std::optional<std::uint64_t> parse(std::string_view text, const Units& units, std::uint64_t max) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.first) continue;
    const auto count = parse_count(text.substr(0, digits), max / unit.second);
    if (!count) return std::nullopt;
    return *count * unit.second;
  }
  return std::nullopt;
}

template <class Units>
std::string text_in(std::uint64_t value, const Units& units) {
  for (const Unit& unit : std::views::reverse(units)) {
    if (value % unit.second != 0) continue;
    if (value == 0 && &unit != &units.front()) continue;
    return std::to_string(value / unit.second) + std::string(unit.first);
  }
  return std::to_string(value) + std::string(units.front().first);
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  return parse(text, kSizes, std::numeric_limits<std::uint64_t>::max());
}

std::string bytes_text(std::uint64_t bytes) {
  return text_in(bytes, kSizes);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto count = parse(text, kTimes, std::numeric_limits<std::int64_t>::max());
  if (!count) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(*count));
}

std::string duration_text(std::chrono::nanoseconds duration) {
  return text_in(static_cast<std::uint64_t>(duration.count()), kTimes);
}

}  // namespace daybook::cli
