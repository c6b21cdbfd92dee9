// Projections from the start: the two that come with daybook, over generated orders, and a counter of events a stream,
// which is as simple as a fold can be.
#include <string>

#include "bench/append_run.h"
#include "bench/event_counts.h"
#include "bench/process.h"
#include "bench/suite.h"
#include "daybook/projection.h"
#include "daybook/retail.h"

namespace daybook::bench {
namespace {

/// Lines of orders in the log: what the built-in projections fold.
double count_lines(Log& log) {
  auto cursor = log.read();
  if (!cursor) give_up("read", cursor.error());
  double lines = 0;
  while (true) {
    const auto batch = cursor->next();
    if (!batch) give_up("read", batch.error());
    if (!*batch) return lines;
    for (const EventView event : **batch) {
      constexpr std::string_view kMark = "\"sku\":";
      const std::string_view data = event.data();
      for (std::size_t at = data.find(kMark); at != data.npos; at = data.find(kMark, at + kMark.size())) ++lines;
    }
  }
}

double run_s(Suite& suite, Log& log, const Projection& projection) {
  const std::string directory = suite.directory() + "/projection";
  std::filesystem::remove_all(directory);
  const Meter meter;
  auto runner = ProjectionRunner::open(log, projection, directory);
  if (!runner) give_up("projection " + projection.name, runner.error());
  if (const auto ran = (*runner)->run(); !ran) give_up("projection " + projection.name, ran.error());
  return meter.wall_s();
}

void add(Suite& suite, Log& log, const Projection& projection, const std::string& unit, double count, double at_least) {
  std::vector<double> rates;
  double cpu_ns = 0;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    const Meter meter;
    rates.push_back(count / run_s(suite, log, projection));
    cpu_ns = 1e9 * meter.cpu_s() / static_cast<double>(log.head().value());
  }
  suite.report().add({.group = "projection",
                      .configuration = projection.name + " from the start",
                      .unit = unit,
                      .value = Spread::of(rates),
                      .target = Target{Target::Kind::at_least, at_least},
                      .cpu_ns_per_event = cpu_ns});
}

}  // namespace

void projection_rows(Suite& suite) {
  const std::string orders = suite.directory() + "/orders";
  static_cast<void>(run_daybook({"--log", orders, "generate", "retail", "--seed", "1", "--durability", "buffered",
                                 "--orders", std::to_string(suite.scaled(50'000))}));
  {
    const auto log = suite.open_log("orders", {.mode = Mode::read_only});
    const double lines = count_lines(*log);
    add(suite, *log, inventory_projection(), "order lines/s", lines, 0.8e6);
    add(suite, *log, analytics_projection(), "order lines/s", lines, 0.4e6);
  }
  suite.remove_log("orders");
  const auto log = suite.open_log(suite.standing_log(1'000'000), {.mode = Mode::read_only});
  add(suite, *log, event_counts(), "events/s", static_cast<double>(log->head().value()), 1.5e6);
}

}  // namespace daybook::bench
