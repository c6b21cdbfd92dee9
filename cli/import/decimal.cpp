// A double would make 0.1 + nothing already wrong (`eq = 0.1` against "0.10000000000000001"), and an int64 would refuse
// what a bank writes. So two numbers are compared as school does it: line up the points, compare digit by digit.
#include "cli/import/decimal.h"

#include <algorithm>

namespace daybook::cli {
namespace {

constexpr std::int64_t kExponentMax = 1'000'000'000'000;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// Takes leading digits off `text`.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

std::optional<std::int64_t> take_exponent(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = take_digits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char digit : digits) value = std::min(value * 10 + (digit - '0'), kExponentMax);
  return is_negative ? -value : value;
}

/// Takes sign, digits and fraction off `text`.
std::optional<Decimal> take_decimal(std::string_view& text) {
  Decimal decimal;
  decimal.is_negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  decimal.integer = take_digits(text);
  if (decimal.integer.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    decimal.fraction = take_digits(text);
    if (decimal.fraction.empty()) return std::nullopt;
  }
  return decimal;
}

/// The digits without leading zeros, read one after the other across the point.
class Digits {
 public:
  explicit Digits(const Decimal& decimal) : decimal_(decimal) {
    while (at_ < size() && digit(at_) == '0') ++at_;
  }
  /// The power of ten of the first digit that is not zero.
  std::int64_t magnitude() const {
    return static_cast<std::int64_t>(decimal_.integer.size()) - static_cast<std::int64_t>(at_) + decimal_.exponent;
  }
  bool at_end() const { return at_ >= size(); }
  char next() { return at_end() ? '0' : digit(at_++); }

 private:
  std::size_t size() const { return decimal_.integer.size() + decimal_.fraction.size(); }
  char digit(std::size_t at) const {
    return at < decimal_.integer.size() ? decimal_.integer[at] : decimal_.fraction[at - decimal_.integer.size()];
  }

  const Decimal& decimal_;
  std::size_t at_ = 0;
};

std::strong_ordering compare_magnitudes(const Decimal& a, const Decimal& b) {
  Digits a_digits(a);
  Digits b_digits(b);
  if (a_digits.magnitude() != b_digits.magnitude()) return a_digits.magnitude() <=> b_digits.magnitude();
  while (!a_digits.at_end() || !b_digits.at_end()) {
    const char a_digit = a_digits.next();
    const char b_digit = b_digits.next();
    if (a_digit != b_digit) return a_digit <=> b_digit;
  }
  return std::strong_ordering::equal;
}

}  // namespace

bool Decimal::is_zero() const {
  const auto all_zero = [](std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; };
  return all_zero(integer) && all_zero(fraction);
}

std::optional<Decimal> read_decimal(std::string_view text) {
  const auto decimal = take_decimal(text);
  return text.empty() ? decimal : std::nullopt;
}

std::optional<Decimal> read_number(std::string_view text) {
  auto decimal = take_decimal(text);
  if (!decimal || text.empty()) return decimal;
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  const auto exponent = take_exponent(text.substr(1));
  if (!exponent) return std::nullopt;
  decimal->exponent = *exponent;
  return decimal;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.is_zero() || b.is_zero()) {
    const int a_sign = a.is_zero() ? 0 : a.is_negative ? -1 : 1;
    const int b_sign = b.is_zero() ? 0 : b.is_negative ? -1 : 1;
    return a_sign <=> b_sign;
  }
  if (a.is_negative != b.is_negative) return a.is_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  return a.is_negative ? compare_magnitudes(b, a) : compare_magnitudes(a, b);
}

}  // namespace daybook::cli
