// Why digits are read towards the negative side: the negative int64 range is the larger one, so every value fits.
#include "projections/money.h"

#include <utility>

#include "daybook/retail.h"

namespace daybook {
namespace {

constexpr std::size_t kPlaces = 3;
constexpr std::size_t kQuotedBytesMax = 40;

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  const bool cut = text.size() > kQuotedBytesMax;
  std::string message(1, '"');
  message.append(cut ? "..." : text).append("\" ").append(why);
  return fail(Code::invalid, std::move(message));
}

bool take_digit(std::int64_t& value, char digit) {
  std::int64_t tenfold = 0;
  if (!multiply(value, 10, tenfold) || !subtract_from(tenfold, digit - '0')) return false;
  value = tenfold;
  return true;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Result<std::int64_t> parse_money(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view left = negative ? text.substr(1) : text;
  std::int64_t value = 0;
  bool fits = true;
  std::size_t whole = 0;
  for (; whole < left.size() && is_digit(left[whole]); ++whole) fits = fits && take_digit(value, left[whole]);
  if (whole == 0) return refuse(text, "is no decimal number");
  left.remove_prefix(whole);
  std::size_t places = 0;
  if (left.starts_with('.')) {
    left.remove_prefix(1);
    for (; places < left.size() && is_digit(left[places]); ++places) {
      if (places < kPlaces) fits = fits && take_digit(value, left[places]);
    }
    if (places == 0) return refuse(text, "is no decimal number");
    left.remove_prefix(places);
  }
  if (!left.empty()) return refuse(text, "is no decimal number");
  if (places > kPlaces) return refuse(text, "has more than three decimal places");
  for (; places < kPlaces; ++places) fits = fits && take_digit(value, '0');
  if (fits && !negative) {
    const std::int64_t below_zero = value;
    value = 0;
    fits = subtract_from(value, below_zero);
  }
  if (!fits) return refuse(text, "is beyond the range of money");
  return value;
}

std::string money_text(std::int64_t thousandths) {
  // Negating in unsigned arithmetic is right for the lowest int64 too.
  const auto bits = static_cast<std::uint64_t>(thousandths);
  const std::string digits = std::to_string(thousandths < 0 ? 0 - bits : bits);
  const std::size_t zeros = digits.size() > kPlaces ? 0 : kPlaces + 1 - digits.size();
  std::string padded(thousandths < 0 ? "-" : "");
  padded.append(zeros, '0').append(digits);
  padded.insert(padded.size() - kPlaces, 1, '.');
  return padded;
}

}  // namespace daybook
