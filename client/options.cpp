// The ranges of daybook/client.h, in two tables.
#include "api/option_bounds.h"
#include "base/utf8.h"
#include "daybook/client.h"

namespace daybook {
namespace {

constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kTokenBytesMax = 4096;

}  // namespace

Result<void> ClientOptions::check() const {
  if (name.empty() || name.size() > kNameBytesMax || !is_utf8(name) || has_control_character(name)) {
    return fail(Code::invalid, "the option name must be 1 to 256 bytes of UTF-8 without control characters");
  }
  if (token.size() > kTokenBytesMax) return fail(Code::invalid, "the option token has more than 4096 bytes");
  const CountBound bounds[] = {
      {"request_bytes_max", request_bytes_max, 64 * kKiB, 16 * kMiB},
      {"queue_commits_max", queue_commits_max, 1, kMiB},
      {"queue_bytes_max", queue_bytes_max, 16 * kMiB, kGiB},
      {"subscription_bytes_max", subscription_bytes_max, 64 * kKiB, 64 * kMiB},
  };
  if (auto ok = check_bounds(bounds); !ok) return ok;
  constexpr std::chrono::nanoseconds kNone{0};
  constexpr std::chrono::nanoseconds kLeast = std::chrono::milliseconds(1);
  constexpr std::chrono::nanoseconds kHour = std::chrono::hours(1);
  const TimeBound times[] = {
      {"connect_timeout", connect_timeout, kLeast, kHour}, {"call_timeout", call_timeout, kLeast, kHour},
      {"backoff_first", backoff_first, kLeast, kHour},     {"backoff_last", backoff_last, backoff_first, kHour},
      {"linger", linger, kNone, std::chrono::seconds(1)},
  };
  return check_bounds(times);
}

}  // namespace daybook
