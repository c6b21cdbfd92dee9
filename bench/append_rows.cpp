// Appends against the disk: every repeat measures the limit right before the log, so that both meet the same disk.
#include <string>

#include "bench/append_run.h"
#include "bench/disk_limit.h"
#include "bench/suite.h"
#include "daybook/block.h"

namespace daybook::bench {
namespace {

struct Setup {
  std::string name;
  Durability durability = Durability::fsync;
  AppendPlan plan{};
  double ratio = 0;  ///< Of the limit; 0: nothing is asked.
};

/// The bytes that an event takes in a block, by which the limit is measured.
double stored_bytes_per_event(Log& log) {
  auto cursor = log.read();
  if (!cursor) give_up("read", cursor.error());
  double bytes = 0;
  double events = 0;
  for (int blocks = 0; blocks < 100; ++blocks) {
    const auto batch = cursor->next();
    if (!batch) give_up("read", batch.error());
    if (!*batch) break;
    bytes += static_cast<double>((*batch)->block()->bytes().size());
    events += static_cast<double>((*batch)->block()->event_count());
  }
  return bytes / events;
}

/// Events a second that nobody can beat, and what that is.
Limit limit_of(const Suite& suite, const Setup& setup, double event_bytes) {
  if (setup.durability == Durability::buffered) {
    return {"writev of 1 MiB", writev_bytes_per_s(suite.directory(), suite.limit_seconds()) / event_bytes};
  }
  // All producers wait, so a group can hold one commit of each.
  const double group = static_cast<double>(setup.plan.producers) * setup.plan.events;
  const auto bytes = static_cast<std::size_t>(group * event_bytes);
  return {"write and fdatasync of " + short_number(group) + " events",
          group * append_and_sync(suite.directory(), bytes, suite.limit_seconds()).writes_per_s};
}

/// Events a second of as many threads that only wait.
double wait_in_threads(const Suite& suite, const Setup& setup, double event_bytes) {
  const auto bytes = static_cast<std::size_t>(setup.plan.events * event_bytes);
  return setup.plan.events *
         grouped_writes_per_s(suite.directory(), setup.plan.producers, bytes, suite.limit_seconds());
}

void add_row(Suite& suite, Setup setup) {
  if (!suite.wants(setup.name)) return;
  setup.plan.seconds = suite.seconds();
  Row row{.group = "append", .configuration = setup.name, .unit = "events/s", .value = {}};
  std::vector<double> acknowledged;
  std::vector<double> indexed;
  std::vector<double> limits;
  double cpu_ns = 0;
  double disk = 0;
  double amplification = 0;
  Latencies latencies;
  std::vector<double> threads_alone;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    setup.plan.workload.seed = static_cast<std::uint64_t>(repeat) + 1;
    const auto log = suite.fresh_log("append", {.durability = setup.durability});
    append_all(*log, 1000, {.seed = 99});
    const double event_bytes = stored_bytes_per_event(*log);
    const Limit limit = limit_of(suite, setup, event_bytes);
    row.limit = limit;
    limits.push_back(limit.value);
    if (setup.durability == Durability::fsync && setup.plan.producers > 1) {
      threads_alone.push_back(wait_in_threads(suite, setup, event_bytes));
    }
    const AppendOutcome outcome = run_append(*log, setup.plan);
    acknowledged.push_back(outcome.events / outcome.acknowledged_s);
    indexed.push_back(outcome.events / outcome.indexed_s);
    cpu_ns = 1e9 * outcome.cpu_s / outcome.events;
    amplification = outcome.written_bytes / (outcome.events * event_bytes);
    latencies.merge(outcome.latencies);
    close_log(*log);
    disk = bytes_under(suite.directory() + "/append") / (outcome.events + 1000);
  }
  suite.remove_log("append");
  row.value = Spread::of(acknowledged);
  row.indexed = Spread::of(indexed);
  row.limit->value = Spread::of(limits).median;
  if (setup.ratio > 0) row.target = Target{Target::Kind::ratio_at_least, setup.ratio};
  row.cpu_ns_per_event = cpu_ns;
  row.disk_bytes_per_event = disk;
  row.write_amplification = amplification;
  if (!latencies.empty()) {
    row.p50_us = latencies.quantile_us(0.5);
    row.p99_us = latencies.quantile_us(0.99);
    row.p999_us = latencies.quantile_us(0.999);
  }
  if (!threads_alone.empty()) {
    const double alone = Spread::of(threads_alone).median;
    row.note = "threads that wait for such a group and do nothing else: " + short_number(alone) +
               ", of which this is " + short_number(row.value.median / alone);
  }
  suite.report().add(std::move(row));
}

}  // namespace

void append_rows(Suite& suite) {
  using enum Durability;
  add_row(suite, {"fsync, 1 producer x 1 event", fsync, {}, 0.90});
  add_row(suite, {"fsync, 1 x 1, keys", fsync, {.workload = {.keys = true}}});
  add_row(suite, {"fsync, 16 x 1", fsync, {.producers = 16}, 0.85});
  add_row(suite, {"fsync, 64 x 10", fsync, {.producers = 64, .events = 10}, 0.60});
  add_row(suite, {"fsync, 16 x 100", fsync, {.producers = 16, .events = 100}, 0.50});
  add_row(suite, {"fsync, 16 x 100, keys", fsync, {.producers = 16, .events = 100, .workload = {.keys = true}}});
  add_row(suite, {"buffered, asynchronous, 4096 outstanding x 1", buffered, {.outstanding = 4096}, 0.25});
  add_row(suite, {"buffered, asynchronous, keys", buffered, {.outstanding = 4096, .workload = {.keys = true}}});
  add_row(suite, {"buffered, 16 x 100", buffered, {.producers = 16, .events = 100}, 0.45});
  add_row(suite, {"buffered, 16 x 100, keys", buffered, {.producers = 16, .events = 100, .workload = {.keys = true}}});
}

}  // namespace daybook::bench
