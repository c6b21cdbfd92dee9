// What it looks at is summed up, so that no compiler finds out that nobody wants to know.
#include "bench/replay_run.h"

#include "bench/append_run.h"
#include "bench/measure.h"
#include "daybook/block.h"

namespace daybook::bench {

Replay replay(Log& log) {
  Replay done;
  const Meter meter;
  auto cursor = log.read();
  if (!cursor) give_up("read", cursor.error());
  std::uint64_t sum = 0;
  const Block* last = nullptr;
  while (true) {
    const auto batch = cursor->next();
    if (!batch) give_up("read", batch.error());
    if (!*batch) break;
    for (const EventView event : **batch) sum += event.sequence().value() + event.data().size();
    done.events += static_cast<double>((*batch)->size());
    if ((*batch)->block().get() != last) done.bytes += static_cast<double>((*batch)->block()->bytes().size());
    last = (*batch)->block().get();
  }
  if (sum == 0) give_up("read", {.code = Code::not_found, .message = "no events"});
  done.wall_s = meter.wall_s();
  done.cpu_s = meter.cpu_s();
  return done;
}

}  // namespace daybook::bench
