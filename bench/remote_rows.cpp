// A server over loopback, each row beside what the embedded log does in the same run. Producers and subscribers are
// threads of this program, each with a connection of its own; the server is a process of its own. On two cores they
// share what the embedded log has for itself, which the ratio shows.
#include <string>
#include <thread>

#include "bench/append_run.h"
#include "bench/disk_limit.h"
#include "bench/live_server.h"
#include "bench/loopback.h"
#include "bench/replay_run.h"
#include "bench/suite.h"
#include "bench/tail_run.h"

namespace daybook::bench {
namespace {

std::vector<Log*> pointers(const std::vector<std::unique_ptr<Log>>& logs) {
  std::vector<Log*> all;
  for (const auto& log : logs) all.push_back(log.get());
  return all;
}

/// An append row: what clients do, what producers of an embedded log do meanwhile, and the ratio to reach.
struct Pair {
  std::string configuration;
  AppendPlan remote;
  AppendPlan embedded;
  double ratio = 0;
  std::size_t clients = remote.producers;
};

void add_appends(Suite& suite, Pair pair) {
  if (!suite.wants(pair.configuration)) return;
  pair.remote.seconds = pair.embedded.seconds = suite.seconds();
  std::vector<double> remote;
  std::vector<double> embedded;
  Latencies latencies;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    {
      const auto log = suite.fresh_log("remote", {});
      const AppendOutcome alone = run_append(*log, pair.embedded);
      embedded.push_back(alone.events / alone.acknowledged_s);
    }
    suite.remove_log("remote");
    const LiveServer server(suite.directory() + "/remote");
    const auto logs = server.connect(pair.clients);
    const AppendOutcome outcome = run_remote_append(pointers(logs), pair.remote);
    remote.push_back(outcome.events / outcome.acknowledged_s);
    latencies.merge(outcome.latencies);
  }
  suite.remove_log("remote");
  Row row{.group = "remote", .configuration = pair.configuration, .unit = "events/s", .value = Spread::of(remote)};
  row.limit = Limit{"the embedded log, in turn", Spread::of(embedded).median};
  if (pair.ratio > 0) row.target = Target{Target::Kind::ratio_at_least, pair.ratio};
  if (!latencies.empty()) {
    row.p50_us = latencies.quantile_us(0.5);
    row.p99_us = latencies.quantile_us(0.99);
    row.p999_us = latencies.quantile_us(0.999);
  }
  suite.report().add(std::move(row));
}

/// One client, one event at a time: how much the wire adds to the disk.
void add_single(Suite& suite) {
  constexpr double kMoreUs = 150;
  std::vector<double> p50;
  std::vector<double> syncs;
  Latencies all;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    suite.remove_log("remote");
    syncs.push_back(append_and_sync(suite.directory(), 512, 1).latencies.quantile_us(0.5));
    const LiveServer server(suite.directory() + "/remote");
    const auto log = server.connect();
    Log* const one = log.get();
    const AppendOutcome outcome = run_remote_append({&one, 1}, {.seconds = suite.seconds()});
    p50.push_back(outcome.latencies.quantile_us(0.5));
    all.merge(outcome.latencies);
  }
  suite.remove_log("remote");
  const double sync = Spread::of(syncs).median;
  suite.report().add({.group = "remote",
                      .configuration = "append, fsync, 1 client x 1 event",
                      .unit = "us (p50)",
                      .value = Spread::of(p50),
                      .limit = Limit{"p50 of write and fdatasync", sync},
                      .target = Target{Target::Kind::at_most, sync + kMoreUs},
                      .p50_us = all.quantile_us(0.5),
                      .p99_us = all.quantile_us(0.99),
                      .p999_us = all.quantile_us(0.999)});
}

/// `subscribers` follow everything from the start, all at once.
void add_replay(Suite& suite, std::size_t subscribers, double at_least) {
  const std::uint64_t events = suite.scaled(1'000'000);
  const std::string name = suite.standing_log(1'000'000);
  std::vector<double> rates;
  std::vector<double> limits;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    const auto embedded = suite.open_log(name, {.mode = Mode::read_only});
    static_cast<void>(replay(*embedded));  // Warms it.
    const Replay alone = replay(*embedded);
    limits.push_back(alone.events / alone.wall_s);
    const LiveServer server(suite.directory() + "/" + name);
    const auto logs = server.connect(subscribers);
    follow(*logs.front(), Sequence(events));  // Warms it, too.
    const Meter meter;
    std::vector<std::thread> threads;
    for (const auto& log : logs) threads.emplace_back([&log, events] { follow(*log, Sequence(events)); });
    for (std::thread& thread : threads) thread.join();
    rates.push_back(static_cast<double>(subscribers * events) / meter.wall_s());
  }
  suite.report().add({.group = "remote",
                      .configuration = "replay to " + std::to_string(subscribers) +
                                       (subscribers == 1 ? " subscriber" : " subscribers, all together"),
                      .unit = "events/s",
                      .value = Spread::of(rates),
                      .limit = Limit{"replay of the embedded log, one reader", Spread::of(limits).median},
                      .target = Target{Target::Kind::at_least, at_least}});
}

/// What the wire alone would allow: the round trips of the single appends, and the bytes of the replays.
void add_loopback(Suite& suite) {
  constexpr std::size_t kClients = 64;
  constexpr std::size_t kMessageBytes = 400;
  constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  std::vector<double> trips;
  std::vector<double> events;
  const std::string name = suite.standing_log(1'000'000);
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    trips.push_back(loopback_round_trips_per_s(kClients, kMessageBytes, suite.limit_seconds()));
    const auto embedded = suite.open_log(name, {.mode = Mode::read_only});
    const Replay all = replay(*embedded);
    const auto bytes = static_cast<std::uint64_t>(all.bytes);
    events.push_back(loopback_bytes_per_s(kPieceBytes, bytes) * all.events / all.bytes);
  }
  suite.report().add({.group = "remote",
                      .configuration = "loopback alone, 64 connections that send and get back 400 bytes",
                      .unit = "round trips/s",
                      .value = Spread::of(trips)});
  suite.report().add({.group = "remote",
                      .configuration = "loopback alone, the bytes of a replay, one connection",
                      .unit = "events/s",
                      .value = Spread::of(events)});
}

/// What subscribers that wait for something to happen cost the server.
void add_idle(Suite& suite) {
  constexpr double kAtMostMib = 100;
  const std::size_t subscribers = suite.scaled(1000);
  suite.remove_log("remote");
  std::vector<double> more;
  {
    const LiveServer server(suite.directory() + "/remote");
    const auto producer = server.connect();
    if (const auto done = producer->append({.events = {{.stream = "s", .type = "T"}}}); !done) {
      give_up("append", done.error());
    }
    const double before = server.resident_mib();
    const auto logs = server.connect(subscribers);
    std::vector<std::unique_ptr<Subscription>> all;
    for (const auto& log : logs) {
      auto subscription = log->subscribe({});
      if (!subscription) give_up("subscribe", subscription.error());
      while (true) {  // Until it waits, as all of them will.
        const auto delivery = (*subscription)->next(std::chrono::seconds(60));
        if (!delivery) give_up("next", delivery.error());
        if (delivery->kind == Delivery::Kind::caught_up) break;
      }
      all.push_back(std::move(*subscription));
    }
    more.push_back(server.resident_mib() - before);
  }
  suite.remove_log("remote");
  suite.report().add({.group = "remote",
                      .configuration = std::to_string(subscribers) + " idle subscribers, memory of the server",
                      .unit = "MiB more",
                      .value = Spread::of(more),
                      .target = Target{Target::Kind::at_most, kAtMostMib}});
}

void add_tail(Suite& suite) {
  constexpr double kMoreUs = 500;
  std::vector<double> p99;
  std::vector<double> syncs;
  Latencies all;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    suite.remove_log("remote");
    syncs.push_back(append_and_sync(suite.directory(), 512, 1).latencies.quantile_us(0.99));
    const LiveServer server(suite.directory() + "/remote");
    const auto producer = server.connect();
    const auto subscriber = server.connect();
    const Latencies latencies = tail_latencies(*producer, *subscriber, 1'000, suite.seconds());
    p99.push_back(latencies.quantile_us(0.99));
    all.merge(latencies);
  }
  suite.remove_log("remote");
  const double sync = Spread::of(syncs).median;
  suite.report().add({.group = "remote",
                      .configuration = "append call to remote subscriber, 1k events/s",
                      .unit = "us (p99)",
                      .value = Spread::of(p99),
                      .limit = Limit{"p99 of write and fdatasync", sync},
                      .target = Target{Target::Kind::at_most, sync + kMoreUs},
                      .p50_us = all.quantile_us(0.5),
                      .p99_us = all.quantile_us(0.99),
                      .p999_us = all.quantile_us(0.999)});
}

}  // namespace

void remote_rows(Suite& suite) {
  add_single(suite);
  add_appends(suite, {"append, fsync, 64 clients x 1", {.producers = 64}, {.producers = 64}, 0.60});
  add_appends(suite, {"append, fsync, 64 producers of 1 client x 1", {.producers = 64}, {.producers = 64}, 0, 1});
  add_appends(suite,
              {"append, fsync, 16 clients x 100", {.producers = 16, .events = 100}, {.producers = 16, .events = 100}});
  add_appends(suite, {"append, fsync, 16 clients x 1, 1024 outstanding, batched by the client",
                      {.producers = 16, .outstanding = 1024},
                      {.producers = 16, .events = 100},
                      0.60});
  add_appends(suite, {"append, fsync, 64 clients x 1, expected version",
                      {.producers = 64, .workload = {.expected = true}},
                      {.producers = 64, .workload = {.expected = true}}});
  add_tail(suite);
  add_replay(suite, 1, 5e6);
  add_replay(suite, 50, 8e6);
  add_loopback(suite);
  add_idle(suite);
}

}  // namespace daybook::bench
