// The same threads, the same events and the same clock for every store.
#include "bench/peers/race.h"

#include <atomic>
#include <thread>
#include <vector>

#include "base/thread_name.h"
#include "bench/measure.h"
#include "bench/workload.h"

namespace daybook::bench {
namespace {

void check_count(Store& store, std::uint64_t acknowledged) {
  const std::uint64_t found = store.replay();
  if (found == acknowledged) return;
  give_up(store.name(), {.code = Code::corruption,
                         .message = std::to_string(found) + " events are there, " + std::to_string(acknowledged) +
                                    " were acknowledged"});
}

}  // namespace

double race(Store& store, const AppendPlan& plan) {
  static_cast<void>(Workload({.producers = plan.producers}));  // Draws its numbers before the clock runs.
  store.begin(plan.producers);
  std::atomic<std::uint64_t> events{0};
  const auto begin = Clock::now();
  const auto produce = [&store, &plan, &events, begin](std::uint32_t producer) {
    name_this_thread("producer");
    WorkloadOptions options = plan.workload;
    options.producer = producer;
    options.producers = plan.producers;
    Workload workload(options);
    while (seconds_between(begin, Clock::now()) < plan.seconds) {
      store.append(producer, workload.next(plan.events, {}));
      events.fetch_add(plan.events, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> producers;
  for (std::uint32_t producer = 0; producer < plan.producers; ++producer) producers.emplace_back(produce, producer);
  for (std::thread& producer : producers) producer.join();
  store.finish();
  const double seconds = seconds_between(begin, Clock::now());
  check_count(store, events.load());
  return static_cast<double>(events.load()) / seconds;
}

void fill(Store& store, std::uint64_t events) {
  constexpr std::uint64_t kCommit = 1000;
  store.begin(1);
  Workload workload({});
  for (std::uint64_t done = 0; done < events; done += kCommit) {
    store.append(0, workload.next(std::min(kCommit, events - done), {}));
  }
  store.finish();
  check_count(store, events);
}

}  // namespace daybook::bench
