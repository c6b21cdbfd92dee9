// Waiting times under a load that is given, not under as much as goes in: the producers keep their pace.
#include <string>

#include "bench/append_run.h"
#include "bench/disk_limit.h"
#include "bench/suite.h"
#include "bench/tail_run.h"

namespace daybook::bench {
namespace {

void add_tail(Suite& suite, double events_per_s) {
  constexpr double kMoreUs = 200;
  std::vector<double> p99;
  std::vector<double> syncs;
  Latencies all;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    syncs.push_back(append_and_sync(suite.directory(), 512, suite.limit_seconds()).latencies.quantile_us(0.99));
    const auto log = suite.fresh_log("tail", {});
    const Latencies latencies = tail_latencies(*log, *log, events_per_s, suite.seconds());
    wait_for_index(*log);
    p99.push_back(latencies.quantile_us(0.99));
    all.merge(latencies);
  }
  suite.remove_log("tail");
  const double sync = Spread::of(syncs).median;
  suite.report().add({.group = "latency",
                      .configuration = "append call to subscriber, " + short_number(events_per_s) + " events/s",
                      .unit = "us (p99)",
                      .value = Spread::of(p99),
                      .limit = Limit{"p99 of write and fdatasync", sync},
                      .target = Target{Target::Kind::at_most, sync + kMoreUs},
                      .p50_us = all.quantile_us(0.5),
                      .p99_us = all.quantile_us(0.99),
                      .p999_us = all.quantile_us(0.999)});
}

void add_half_load(Suite& suite) {
  constexpr double kAtMostUs = 10'000;
  const double seconds = suite.quick() ? 1 : 10;
  AppendPlan plan{.producers = 16, .seconds = suite.seconds()};
  std::vector<double> p999;
  std::vector<double> syncs;
  Latencies all;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    plan.commits_per_s = 0;
    plan.seconds = suite.seconds();
    const AppendOutcome most = run_append(*suite.fresh_log("half", {}), plan);
    syncs.push_back(
        append_and_sync(suite.directory(), 16 * 512, 2 * suite.limit_seconds()).latencies.quantile_us(0.999));
    plan.commits_per_s = 0.5 * most.events / most.acknowledged_s;
    plan.seconds = seconds;
    const AppendOutcome half = run_append(*suite.fresh_log("half", {}), plan);
    p999.push_back(half.latencies.quantile_us(0.999));
    all.merge(half.latencies);
  }
  suite.remove_log("half");
  suite.report().add({.group = "latency",
                      .configuration = "append, fsync, 16 x 1, at half of the most that goes in",
                      .unit = "us (p99.9)",
                      .value = Spread::of(p999),
                      .limit = Limit{"p99.9 of write and fdatasync", Spread::of(syncs).median},
                      .target = Target{Target::Kind::at_most, kAtMostUs},
                      .p50_us = all.quantile_us(0.5),
                      .p99_us = all.quantile_us(0.99),
                      .p999_us = all.quantile_us(0.999)});
}

}  // namespace

void latency_rows(Suite& suite) {
  add_half_load(suite);
  add_tail(suite, 1'000);
  add_tail(suite, 100'000);
}

}  // namespace daybook::bench
