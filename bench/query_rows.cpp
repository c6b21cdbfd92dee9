// What a query costs must follow what it returns, not how long the log is.
#include <atomic>
#include <string>
#include <thread>

#include "bench/append_run.h"
#include "bench/suite.h"

namespace daybook::bench {
namespace {

constexpr std::uint64_t kEvents = 10'000'000;
constexpr int kSelectivities = 6;

std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

std::string tag_of(int exponent) {
  return "every:" + std::to_string(power_of_ten(exponent));
}

/// Every tenth event has a tag that says so, every hundredth another, and so on.
void tag(Event& event, std::uint64_t number) {
  for (int exponent = 1; exponent <= kSelectivities; ++exponent) {
    if (number % power_of_ten(exponent) == 0) event.tags.push_back(tag_of(exponent));
  }
}

double count_matches(Log& log, const Query& query) {
  auto cursor = log.read({.query = query});
  if (!cursor) give_up("read", cursor.error());
  double events = 0;
  while (true) {
    const auto batch = cursor->next();
    if (!batch) give_up("read", batch.error());
    if (!*batch) return events;
    events += static_cast<double>((*batch)->size());
  }
}

void add_selectivity(Suite& suite, Log& log, int exponent, const std::string& beside) {
  const Query query{{{.tags = {tag_of(exponent)}}}};
  std::vector<double> milliseconds;
  double matches = count_matches(log, query);  // Warms it.
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    const Meter meter;
    matches = count_matches(log, query);
    milliseconds.push_back(1e3 * meter.wall_s());
  }
  Row row{.group = "query",
          .configuration = "1 of " + short_number(static_cast<double>(power_of_ten(exponent))) + " events, " + beside,
          .unit = "ms",
          .value = Spread::of(milliseconds)};
  row.note = short_number(matches) + " matches, " + short_number(1e3 * row.value.median / matches) + " us each";
  if (exponent == kSelectivities) row.target = Target{Target::Kind::at_most, 5};
  suite.report().add(std::move(row));
}

/// A latency row of many calls of `operation`, after a tenth as many that warm it.
template <class Operation>
void add_latency(Suite& suite, const std::string& configuration, double p50_at_most_us, Operation operation) {
  const std::uint64_t times = suite.scaled(20'000);
  std::vector<double> medians;
  Latencies all;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    Latencies latencies;
    for (std::uint64_t time = 0; time < times + times / 10; ++time) {
      const auto begin = Clock::now();
      operation(time);
      if (time >= times / 10) latencies.add(Clock::now() - begin);
    }
    medians.push_back(latencies.quantile_us(0.5));
    all.merge(latencies);
  }
  suite.report().add({.group = "query",
                      .configuration = configuration,
                      .unit = "us (p50)",
                      .value = Spread::of(medians),
                      .target = Target{Target::Kind::at_most, p50_at_most_us},
                      .p50_us = all.quantile_us(0.5),
                      .p99_us = all.quantile_us(0.99),
                      .p999_us = all.quantile_us(0.999)});
}

void add_points(Suite& suite, Log& log) {
  // Streams with at least ten events: the middle of the distribution, not its hot end.
  add_latency(suite, "read of the last 10 events of a stream", 60, [&log](std::uint64_t time) {
    const std::string stream = stream_name(0, static_cast<std::uint32_t>(100 + time % 1000));
    auto cursor = log.read({.query = {{{.streams = {stream}}}}, .direction = Direction::backward, .limit = 10});
    if (!cursor) give_up("read", cursor.error());
    for (double events = 0; events < 10;) {
      const auto batch = cursor->next();
      if (!batch) give_up("read", batch.error());
      if (!*batch) break;
      events += static_cast<double>((*batch)->size());
    }
  });
  const std::uint64_t head = log.head().value();
  add_latency(suite, "get of one event, warm", 15, [&log, head](std::uint64_t time) {
    const auto event = log.get(Sequence(head - time % 50'000));
    if (!event) give_up("get", event.error());
  });
  add_latency(suite, "get of one event, anywhere", 1000, [&log, head](std::uint64_t time) {
    const auto event = log.get(Sequence(1 + (time * 0x9e3779b97f4a7c15u) % head));
    if (!event) give_up("get", event.error());
  });
}

}  // namespace

void query_rows(Suite& suite) {
  const auto log = suite.fresh_log("query", {.durability = Durability::buffered});
  append_all(*log, suite.scaled(kEvents), {}, 100, tag);
  wait_for_index(*log);
  for (int exponent = 1; exponent <= kSelectivities; ++exponent) add_selectivity(suite, *log, exponent, "alone");
  add_points(suite, *log);
  std::atomic<bool> over{false};
  std::thread producer([&] {
    Workload workload({.producer = 1, .producers = 2});
    while (!over.load()) {
      if (const auto appended = log->append(workload.next(100, {})); !appended) give_up("append", appended.error());
    }
  });
  for (int exponent = 1; exponent <= kSelectivities; ++exponent) {
    add_selectivity(suite, *log, exponent, "while one producer appends commits of 100");
  }
  over.store(true);
  producer.join();
  close_log(*log);
  suite.remove_log("query");
}

}  // namespace daybook::bench
