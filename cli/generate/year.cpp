// Why the time follows from the order's number, without a random part: times then never go backwards, whatever the
// number of orders, and nothing has to be sorted.
#include "cli/generate/year.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace daybook::cli {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr sys_days kFirstDay{std::chrono::year{2024} / 1 / 1};
constexpr std::uint64_t kDays = 366;
constexpr std::uint64_t kOpenSeconds = 12 * 3600;
constexpr std::array<std::uint64_t, 7> kByWeekday{4, 10, 11, 11, 12, 9, 3};  // From Sunday.
constexpr std::array<std::uint64_t, 12> kByMonth{8, 8, 9, 8, 9, 9, 8, 8, 11, 12, 16, 13};

}  // namespace

Year::Year() {
  for (std::uint64_t i = 0; i < kDays; ++i) {
    const sys_days day = kFirstDay + days(i);
    const std::chrono::year_month_day date(day);
    days_.add(kByWeekday[std::chrono::weekday(day).c_encoding()] * kByMonth[unsigned{date.month()} - 1]);
  }
}

Timestamp Year::time_of(std::uint64_t number, std::uint64_t count) const {
  // At most 10^7 orders times 10^5 of weight times 43,200 seconds: below 2^63.
  const std::uint64_t point = number * days_.total() * kOpenSeconds / count;
  const std::size_t day = days_.at(point / kOpenSeconds);
  const std::uint64_t weight = days_.before(day + 1) - days_.before(day);
  const std::uint64_t second = (point - days_.before(day) * kOpenSeconds) / weight;
  return kFirstDay + days(day) + std::chrono::hours(8) + seconds(second);
}

std::string time_text(Timestamp time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<seconds>(time - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", int{date.year()}, unsigned{date.month()},
                unsigned{date.day()}, static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text.data();
}

Timestamp delivery_time(Timestamp time) {
  return std::chrono::floor<days>(time) + std::chrono::hours(7) + std::chrono::minutes(30);
}

}  // namespace daybook::cli
