// The ranges of daybook/options.h, in one table.
#include "daybook/options.h"

#include <string>

namespace daybook {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;

struct Bound {
  const char* name;
  std::uint64_t value;
  std::uint64_t min;
  std::uint64_t max;
};

}  // namespace

Result<void> Options::check() const {
  const Bound bounds[] = {
      {"block_bytes_max", block_bytes_max, kKiB, kMiB},
      {"group_bytes_max", group_bytes_max, 64 * kKiB, 64 * kMiB},
      {"queue_commits_max", queue_commits_max, 1, kMiB},
      {"queue_bytes_max", queue_bytes_max, 16 * kMiB, kGiB},
      {"block_cache_bytes", block_cache_bytes, kMiB, 64 * kGiB},
      {"storage_cache_bytes", storage_cache_bytes, kMiB, 64 * kGiB},
      {"index_batch_events", index_batch_events, 1, kMiB},
      {"tail_events_max", tail_events_max, 2 * index_batch_events, 16 * kMiB},
      {"tail_bytes_max", tail_bytes_max, kMiB, 16 * kGiB},
      {"subscriptions_max", subscriptions_max, 1, kMiB},
  };
  for (const Bound& bound : bounds) {
    if (bound.value < bound.min || bound.value > bound.max) {
      return fail(Code::invalid, std::string("the option ") + bound.name + " is " + std::to_string(bound.value) +
                                     "; it must be from " + std::to_string(bound.min) + " to " +
                                     std::to_string(bound.max));
    }
  }
  if (clock == nullptr) return fail(Code::invalid, "the option clock is null");
  if (in_memory && mode == Mode::read_only) {
    return fail(Code::invalid, "the options in_memory and mode read_only exclude each other");
  }
  return {};
}

}  // namespace daybook
