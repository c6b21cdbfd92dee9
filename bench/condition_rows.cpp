// What conditions cost, against the same appends without them; and what a long log costs, against an empty one.
#include <string>

#include "bench/append_run.h"
#include "bench/suite.h"

namespace daybook::bench {
namespace {

constexpr std::uint64_t kLongLog = 20'000'000;

/// Events a second, of each repeat.
struct Pair {
  std::vector<double> with{};
  std::vector<double> without{};
};

double rate(Log& log, AppendPlan plan, int repeat) {
  plan.workload.seed = static_cast<std::uint64_t>(repeat) + 1;
  const AppendOutcome outcome = run_append(log, plan);
  return outcome.events / outcome.acknowledged_s;
}

void add(Suite& suite, const std::string& configuration, const Pair& pair, const std::string& limit, double at_least) {
  Row row{.group = "conditions", .configuration = configuration, .unit = "events/s", .value = Spread::of(pair.with)};
  row.limit = Limit{limit, Spread::of(pair.without).median};
  if (at_least > 0) row.target = Target{Target::Kind::ratio_at_least, at_least};
  suite.report().add(std::move(row));
}

/// The same appends with and without, each on a fresh log, in turn.
void add_condition(Suite& suite, const std::string& configuration, AppendPlan plan, const WorkloadOptions& with,
                   double at_least) {
  plan.seconds = suite.seconds();
  Pair pair;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    plan.workload = {};
    pair.without.push_back(rate(*suite.fresh_log("conditions", {}), plan, repeat));
    plan.workload = with;
    pair.with.push_back(rate(*suite.fresh_log("conditions", {}), plan, repeat));
  }
  suite.remove_log("conditions");
  add(suite, configuration, pair, "the same without", at_least);
}

void add_long_log(Suite& suite, const std::string& configuration, AppendPlan plan) {
  plan.seconds = suite.seconds();
  plan.workload.query = true;
  Pair pair;
  const std::string standing = suite.standing_log(kLongLog);
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    pair.without.push_back(rate(*suite.fresh_log("conditions", {}), plan, repeat));
    const auto log = suite.open_log(standing, {});
    pair.with.push_back(rate(*log, plan, repeat));
    close_log(*log);
  }
  suite.remove_log("conditions");
  add(suite, configuration, pair, "the same on an empty log", 0.90);
}

}  // namespace

void condition_rows(Suite& suite) {
  const AppendPlan one{.producers = 1, .events = 1};
  const AppendPlan many{.producers = 64, .events = 10};
  const AppendPlan large{.producers = 16, .events = 100};
  for (const auto& [name, plan] : {std::pair("1 x 1", one), std::pair("64 x 10", many), std::pair("16 x 100", large)}) {
    const std::string shape = std::string("fsync, ") + name;
    add_condition(suite, shape + ", expected version of every stream", plan, {.expected = true}, 0.85);
    add_condition(suite, shape + ", fail if type and tag match after N", plan, {.query = true}, 0.70);
    add_condition(suite, shape + ", streams out of 10M, not met before", plan, {.streams = Streams::cold}, 0);
    const std::string events = short_number(static_cast<double>(suite.scaled(kLongLog)));
    add_long_log(suite, shape + ", with a query condition, on a log of " + events + " events", plan);
  }
}

}  // namespace daybook::bench
