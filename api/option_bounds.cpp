// Times are told in the largest unit that says them exactly.
#include "api/option_bounds.h"

#include <string>

namespace daybook {
namespace {

std::string text_of(std::uint64_t count) {
  return std::to_string(count);
}

std::string text_of(std::chrono::nanoseconds time) {
  if (time % std::chrono::hours(1) == time.zero() && time != time.zero()) {
    return std::to_string(time / std::chrono::hours(1)) + " h";
  }
  if (time % std::chrono::seconds(1) == time.zero()) return std::to_string(time / std::chrono::seconds(1)) + " s";
  if (time % std::chrono::milliseconds(1) == time.zero()) {
    return std::to_string(time / std::chrono::milliseconds(1)) + " ms";
  }
  return std::to_string(time.count()) + " ns";
}

template <class Bound>
Result<void> check_each(std::span<const Bound> bounds) {
  for (const Bound& bound : bounds) {
    if (bound.value >= bound.min && bound.value <= bound.max) continue;
    return fail(Code::invalid, std::string("the option ") + bound.name + " is " + text_of(bound.value) +
                                   "; it must be from " + text_of(bound.min) + " to " + text_of(bound.max));
  }
  return {};
}

}  // namespace

Result<void> check_bounds(std::span<const CountBound> bounds) {
  return check_each(bounds);
}
Result<void> check_bounds(std::span<const TimeBound> bounds) {
  return check_each(bounds);
}

}  // namespace daybook
