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

std::uint64_t follow(Log& log, Sequence last) {
  const auto subscription = log.subscribe({});
  if (!subscription) give_up("subscribe", subscription.error());
  std::uint64_t events = 0;
  std::uint64_t sum = 0;
  for (Sequence reached; reached < last;) {
    const auto delivery = (*subscription)->next(std::chrono::seconds(60));
    if (!delivery) give_up("next", delivery.error());
    if (!delivery->batch) continue;
    events += delivery->batch->size();
    for (const EventView event : *delivery->batch) sum += event.sequence().value() + event.data().size();
    reached = delivery->checkpoint.sequence;
  }
  if (events > 0 && sum == 0) give_up("next", {.code = Code::not_found, .message = "no events"});
  return events;
}

}  // namespace daybook::bench
