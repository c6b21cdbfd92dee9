// The stamp travels in the event itself, so that whoever delivers it needs no clock of the producer's.
#include "bench/tail_run.h"

#include <atomic>
#include <thread>

#include "bench/append_run.h"
#include "bench/workload.h"

namespace daybook::bench {
namespace {

Timestamp steady_stamp() {
  return Timestamp(std::chrono::nanoseconds(Clock::now().time_since_epoch()));
}

}  // namespace

Latencies tail_latencies(Log& producer, Log& subscriber_log, double events_per_s, double seconds) {
  Latencies latencies;
  auto subscription = subscriber_log.subscribe({.from = FromHead{}});
  if (!subscription) give_up("subscribe", subscription.error());
  std::atomic<std::uint64_t> sent_in_all{UINT64_MAX};
  std::thread subscriber([&] {
    for (std::uint64_t got = 0; got < sent_in_all.load();) {
      const auto delivery = (*subscription)->next(std::chrono::milliseconds(100));
      if (!delivery) give_up("next", delivery.error());
      if (!delivery->batch) continue;
      for (const EventView event : *delivery->batch) latencies.add(steady_stamp() - *event.occurred_at());
      got += delivery->batch->size();
    }
  });
  Workload workload({});
  const auto begin = Clock::now();
  std::uint64_t number = 0;
  for (; seconds_between(begin, Clock::now()) < seconds; ++number) {
    const double due = static_cast<double>(number) / events_per_s;
    std::this_thread::sleep_until(begin + std::chrono::nanoseconds(static_cast<std::int64_t>(due * 1e9)));
    Commit commit = workload.next(1, {});
    commit.events.front().occurred_at = steady_stamp();
    const auto queued = producer.append_async(std::move(commit), [](const Result<Appended>& appended) {
      if (!appended) give_up("append", appended.error());
    });
    if (!queued) give_up("append_async", queued.error());
  }
  sent_in_all.store(number);
  subscriber.join();
  return latencies;
}

}  // namespace daybook::bench
