// The ranges of daybook/client.h, in two tables.
#include <string>

#include "base/utf8.h"
#include "daybook/client.h"

namespace daybook {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kTokenBytesMax = 4096;

struct Bound {
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

std::string text_of(std::chrono::nanoseconds time) {
  if (time >= std::chrono::seconds(1) || time == std::chrono::nanoseconds(0)) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
  }
  return std::to_string(time.count()) + " ns";
}

}  // namespace

Result<void> ClientOptions::check() const {
  if (name.empty() || name.size() > kNameBytesMax || !is_utf8(name) || has_control_character(name)) {
    return fail(Code::invalid, "the option name must be 1 to 256 bytes of UTF-8 without control characters");
  }
  if (token.size() > kTokenBytesMax) return fail(Code::invalid, "the option token has more than 4096 bytes");
  const Bound bounds[] = {
      {"request_bytes_max", request_bytes_max, 64 * kKiB, 16 * kMiB},
      {"queue_commits_max", queue_commits_max, 1, kMiB},
      {"queue_bytes_max", queue_bytes_max, 16 * kMiB, kGiB},
      {"subscription_bytes_max", subscription_bytes_max, 64 * kKiB, 64 * kMiB},
  };
  for (const Bound& bound : bounds) {
    if (bound.value >= bound.min && bound.value <= bound.max) continue;
    return fail(Code::invalid, std::string("the option ") + bound.name + " is " + std::to_string(bound.value) +
                                   "; it must be from " + std::to_string(bound.min) + " to " +
                                   std::to_string(bound.max));
  }
  constexpr std::chrono::nanoseconds kNone{0};
  constexpr std::chrono::nanoseconds kLeast = std::chrono::milliseconds(1);
  constexpr std::chrono::nanoseconds kHour = std::chrono::hours(1);
  const TimeBound times[] = {
      {"connect_timeout", connect_timeout, kLeast, kHour}, {"call_timeout", call_timeout, kLeast, kHour},
      {"backoff_first", backoff_first, kLeast, kHour},     {"backoff_last", backoff_last, backoff_first, kHour},
      {"linger", linger, kNone, std::chrono::seconds(1)},
  };
  for (const TimeBound& time : times) {
    if (time.value >= time.min && time.value <= time.max) continue;
    return fail(Code::invalid, std::string("the option ") + time.name + " is " + text_of(time.value) +
                                   "; it must be from " + text_of(time.min) + " to " + text_of(time.max));
  }
  return {};
}

}  // namespace daybook
