// A year of trade: spreads orders over it as a shop's are, busier on weekdays and before Christmas.
//
// Threads: any (const). Owns: a weight for each day.
#pragma once

#include <cstdint>
#include <string>

#include "cli/generate/weighted.h"
#include "daybook/ids.h"

namespace daybook::cli {

/// The year 2024, in UTC, to the second.
class Year {
 public:
  Year();
  /// When order `number` (from 0) of `count` is placed: never earlier than the one before, between 08:00 and 20:00.
  [[nodiscard]] Timestamp time_of(std::uint64_t number, std::uint64_t count) const;

 private:
  Weighted days_;
};

/// `2024-03-05 14:23:11`
[[nodiscard]] std::string time_text(Timestamp time);
/// The same day at 07:30, when deliveries come.
[[nodiscard]] Timestamp delivery_time(Timestamp time);

}  // namespace daybook::cli
