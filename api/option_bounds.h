// What a number among the options may be, and what is said where it is not.
//
// Threads: any. Owns: nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "daybook/result.h"

namespace daybook {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

/// A count or a size.
struct CountBound {
  const char* name;
  std::uint64_t value;
  std::uint64_t min;
  std::uint64_t max;
};

struct TimeBound {
  const char* name;
  std::chrono::nanoseconds value;
  std::chrono::nanoseconds min;
  std::chrono::nanoseconds max;
};

/// `invalid` for the first that is out of its range, with the option's name and its range.
[[nodiscard]] Result<void> check_bounds(std::span<const CountBound> bounds);
[[nodiscard]] Result<void> check_bounds(std::span<const TimeBound> bounds);

}  // namespace daybook
