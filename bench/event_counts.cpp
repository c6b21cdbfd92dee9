// The count is kept as decimal text: an easy state to look at, and what a first projection looks like.
#include "bench/event_counts.h"

#include <string>

namespace daybook::bench {

Projection event_counts() {
  return {.name = "event-counts", .fold_version = 1, .apply = [](const EventView& event, State& state) -> Result<void> {
            const auto old = state.get(event.stream());
            if (!old) return std::unexpected(old.error());
            const std::uint64_t count = *old ? std::stoull(std::string(**old)) + 1 : 1;
            return state.put(event.stream(), std::to_string(count));
          }};
}

}  // namespace daybook::bench
