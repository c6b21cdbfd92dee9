// Counts and money that must not wrap around: int64 with overflow checks; money in thousandths.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daybook/result.h"

namespace daybook {

/// Adds `amount` to `sum`; false, with `sum` as it was, where that is beyond an int64.
[[nodiscard]] inline bool add_to(std::int64_t& sum, std::int64_t amount) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(sum, amount, &result)) return false;
  sum = result;
  return true;
}

/// Subtracts `amount` from `sum`; false, with `sum` as it was, where that is beyond an int64.
[[nodiscard]] inline bool subtract_from(std::int64_t& sum, std::int64_t amount) {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(sum, amount, &result)) return false;
  sum = result;
  return true;
}

/// Multiplies into `product`; false where that is beyond an int64.
[[nodiscard]] inline bool multiply(std::int64_t a, std::int64_t b, std::int64_t& product) {
  return !__builtin_mul_overflow(a, b, &product);
}

/// Thousandths of `text`: `-?[0-9]+`, then at most three places after a point. `invalid` says what is wrong with it.
[[nodiscard]] Result<std::int64_t> parse_money(std::string_view text);

}  // namespace daybook
