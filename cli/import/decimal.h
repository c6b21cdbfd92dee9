// Numbers as decimal text: recognised, and compared exactly, however many digits they have.
//
// Threads: any. Owns: nothing; a Decimal views the text that it was read from.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace daybook::cli {

/// A sign, digits, perhaps a fraction: `-12.50`. What the type `decimal` takes; `exponent` is 0 there.
struct Decimal {
  bool is_negative = false;
  std::string_view integer;   ///< At least one digit, as written.
  std::string_view fraction;  ///< As written; empty without a point.
  std::int64_t exponent = 0;  ///< Of ten; values beyond +-10^12 are held at that.

  [[nodiscard]] bool is_zero() const;
};

/// Reads `[+-]?[0-9]+(\.[0-9]+)?`; nullopt for anything else.
[[nodiscard]] std::optional<Decimal> read_decimal(std::string_view text);

/// The same, with `[eE][+-]?[0-9]+` behind it or not: what a condition compares as a number.
[[nodiscard]] std::optional<Decimal> read_number(std::string_view text);

/// Compares the values, so `1.0` equals `1`, and `-0` equals `0`.
[[nodiscard]] std::strong_ordering compare(const Decimal& a, const Decimal& b);

}  // namespace daybook::cli
