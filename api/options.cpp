// The ranges of daybook/options.h, in one table.
#include "daybook/options.h"

#include "api/option_bounds.h"

namespace daybook {

Result<void> Options::check() const {
  const CountBound bounds[] = {
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
  if (auto ok = check_bounds(bounds); !ok) return ok;
  if (clock == nullptr) return fail(Code::invalid, "the option clock is null");
  if (in_memory && mode == Mode::read_only) {
    return fail(Code::invalid, "the options in_memory and mode read_only exclude each other");
  }
  return {};
}

}  // namespace daybook
