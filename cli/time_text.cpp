// strptime and std::get_time accept blanks, missing digits and what follows; a time in a log is to mean one instant or
// be refused. So the characters are checked here one by one, and the calendar is std::chrono's. The user's zone is the
// C library's: it knows all that TZ may say, and UTC where TZ says nothing that it knows (docs/adr/0010).
#include "cli/time_text.h"

#include <time.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace daybook::cli {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::int64_t kSecond = 1'000'000'000;

/// Takes characters off the front of a text; once something did not fit, `good` stays false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] char next() const { return text_.empty() ? '\0' : text_.front(); }

  /// Exactly `count` digits, at most `max`.
  unsigned digits(std::size_t count, unsigned max) {
    unsigned value = 0;
    for (std::size_t at = 0; at < count; ++at) value = value * 10 + digit();
    if (value > max) good_ = false;
    return value;
  }

  void expect(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) {
      good_ = false;
    } else {
      text_.remove_prefix(1);
    }
  }

  /// `.` and 1 to 9 digits, or nothing.
  nanoseconds fraction() {
    if (next() != '.') return nanoseconds(0);
    expect(".");
    std::int64_t value = digit();
    std::size_t count = 1;
    while (next() >= '0' && next() <= '9') {
      value = value * 10 + digit();
      if (++count > 9) good_ = false;
      if (!good_) return nanoseconds(0);
    }
    for (; count < 9; ++count) value *= 10;
    return nanoseconds(value);
  }

 private:
  unsigned digit() {
    if (next() < '0' || next() > '9') {
      good_ = false;
      return 0;
    }
    const auto value = static_cast<unsigned>(text_.front() - '0');
    text_.remove_prefix(1);
    return value;
  }

  std::string_view text_;
  bool good_ = true;
};

std::optional<std::chrono::sys_days> scan_date(Scanner& scanner) {
  const unsigned year = scanner.digits(4, 9999);
  scanner.expect("-");
  const unsigned month = scanner.digits(2, 12);
  scanner.expect("-");
  const unsigned day = scanner.digits(2, 31);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!scanner.good() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// `whole` and a fraction below a second together, where 64 bits of nanoseconds reach that far.
std::optional<Timestamp> with_fraction(std::chrono::sys_seconds whole, nanoseconds fraction) {
  std::int64_t second = whole.time_since_epoch().count();
  std::int64_t rest = fraction.count();
  if (second < 0) {  // Towards zero, so that the very first representable times do not overflow on the way.
    ++second;
    rest -= kSecond;
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(second, kSecond, &total) || __builtin_add_overflow(total, rest, &total)) {
    return std::nullopt;
  }
  return Timestamp(nanoseconds(total));
}

void append_digits(std::string& out, std::int64_t value, std::size_t count) {
  std::array<char, 20> text{};
  for (std::size_t at = count; at-- > 0; value /= 10) text[at] = static_cast<char>('0' + value % 10);
  out.append(text.data(), count);
}

/// A point in time as two plain numbers: the midnight of the first representable day is not representable itself.
struct Split {
  std::chrono::sys_seconds whole;
  std::int64_t fraction;  ///< Nanoseconds below a second.
};

Split split(Timestamp time) {
  const std::int64_t count = time.time_since_epoch().count();
  return {.whole = std::chrono::sys_seconds(seconds(count / kSecond - (count % kSecond < 0 ? 1 : 0))),
          .fraction = (count % kSecond + kSecond) % kSecond};
}

/// `2011-12-09T12:50:00.000`, as the clock of UTC shows it at `whole`.
void append_clock(std::string& out, std::chrono::sys_seconds whole, std::int64_t fraction, Precision precision) {
  const auto midnight = std::chrono::floor<days>(whole);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t of_day = (whole - midnight).count();
  append_digits(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, of_day / 3600, 2);
  out += ':';
  append_digits(out, of_day / 60 % 60, 2);
  out += ':';
  append_digits(out, of_day % 60, 2);
  out += '.';
  const std::size_t end = out.size() + static_cast<std::size_t>(precision);
  append_digits(out, fraction, 9);
  out.resize(end);
}

/// How far the clocks of the user's zone are ahead of UTC at `whole`.
seconds zone_offset(std::chrono::sys_seconds whole) {
  const std::time_t count = whole.time_since_epoch().count();
  std::tm local{};
  ::tzset();
  return seconds(::localtime_r(&count, &local) == nullptr ? 0 : local.tm_gmtoff);
}

}  // namespace

void append_time(std::string& out, Timestamp time) {
  const Split at = split(time);
  append_clock(out, at.whole, at.fraction, Precision::nanoseconds);
  out += 'Z';
}

std::string shown_time(const Output& output, Timestamp time, Precision precision) {
  const Split at = split(time);
  const seconds offset = output.terminal() ? zone_offset(at.whole) : seconds(0);
  std::string out;
  append_clock(out, at.whole + offset, at.fraction, precision);
  if (offset == seconds(0)) return out += 'Z';
  const std::int64_t minutes_ahead = std::abs(offset.count()) / 60;
  out += offset.count() < 0 ? '-' : '+';
  append_digits(out, minutes_ahead / 60, 2);
  out += ':';
  append_digits(out, minutes_ahead % 60, 2);
  return out;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  Scanner scanner(text);
  const std::optional<std::chrono::sys_days> date = scan_date(scanner);
  if (!date) return std::nullopt;
  scanner.expect("Tt ");
  const hours hour(scanner.digits(2, 23));
  scanner.expect(":");
  const minutes minute(scanner.digits(2, 59));
  scanner.expect(":");
  const seconds second(scanner.digits(2, 59));
  const nanoseconds fraction = scanner.fraction();
  std::chrono::sys_seconds time = *date + hour + minute + second;
  if (scanner.next() == 'Z' || scanner.next() == 'z') {
    scanner.expect("Zz");
  } else {
    const bool west = scanner.next() == '-';
    scanner.expect("+-");
    const hours offset_hour(scanner.digits(2, 23));
    scanner.expect(":");
    const minutes offset = offset_hour + minutes(scanner.digits(2, 59));
    time = west ? time + offset : time - offset;
  }
  if (!scanner.good() || !scanner.at_end()) return std::nullopt;
  return with_fraction(time, fraction);
}

std::optional<Timestamp> parse_time_or_date(std::string_view text) {
  Scanner scanner(text);
  const std::optional<std::chrono::sys_days> date = scan_date(scanner);
  if (date && scanner.at_end()) return with_fraction(*date, nanoseconds(0));
  return parse_time(text);
}

}  // namespace daybook::cli
