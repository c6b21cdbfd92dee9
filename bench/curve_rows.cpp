// More producers must mean larger groups, until the processor is the limit; never less than before.
#include <string>

#include "bench/append_run.h"
#include "bench/disk_limit.h"
#include "bench/suite.h"

namespace daybook::bench {

void curve_rows(Suite& suite) {
  constexpr double kNoCollapse = 0.8;
  double best = 0;
  for (const std::uint32_t producers : {1u, 4u, 16u, 64u, 256u, 1024u}) {
    std::vector<double> rates;
    std::vector<double> limits;
    Latencies latencies;
    for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
      limits.push_back(producers *
                       append_and_sync(suite.directory(), producers * 512ul, suite.limit_seconds() / 2).writes_per_s);
      const auto log = suite.fresh_log("curve", {});
      const AppendOutcome outcome = run_append(*log, {.producers = producers, .seconds = suite.seconds()});
      rates.push_back(outcome.events / outcome.acknowledged_s);
      latencies.merge(outcome.latencies);
    }
    Row row{.group = "curve",
            .configuration = "fsync, " + std::to_string(producers) + " producers x 1",
            .unit = "events/s",
            .value = Spread::of(rates)};
    row.limit = Limit{"write and fdatasync of " + std::to_string(producers) + " events", Spread::of(limits).median};
    if (best > 0) row.target = Target{Target::Kind::at_least, kNoCollapse * best};
    row.p50_us = latencies.quantile_us(0.5);
    row.p99_us = latencies.quantile_us(0.99);
    row.p999_us = latencies.quantile_us(0.999);
    best = std::max(best, row.value.median);
    suite.report().add(std::move(row));
  }
  suite.remove_log("curve");
}

}  // namespace daybook::bench
