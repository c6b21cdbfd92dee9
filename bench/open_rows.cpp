// Opening: after kill -9, where what the index lacks has to be replayed; after close(), which must not depend on the
// log's length; and what one command of the CLI costs on a long log.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/append_run.h"
#include "bench/process.h"
#include "bench/suite.h"

namespace daybook::bench {
namespace {

constexpr std::uint64_t kUnindexed = 1'000'000;
constexpr std::uint64_t kLong = 20'000'000;

/// A child appends and is killed, so that no event of the log is indexed.
void make_killed_log(const std::filesystem::path& directory, std::uint64_t events) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto log = Log::open(directory, {.create_if_missing = true,
                                     .durability = Durability::buffered,
                                     .index_batch_events = 1024 * 1024,
                                     .tail_events_max = 4 * 1024 * 1024,
                                     .tail_bytes_max = std::size_t{8} << 30});
    if (!log) give_up("open", log.error());
    Workload workload({});
    for (std::uint64_t done = 0; done < events; done += 100) {
      if (const auto appended = (*log)->append(workload.next(100, {})); !appended) give_up("append", appended.error());
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
    std::fprintf(stderr, "daybook-bench: a child that was to be killed was not\n");
    std::exit(1);
  }
}

double open_s(Suite& suite, const std::string& name) {
  const Meter meter;
  const auto log = suite.open_log(name, {});
  const double wall = meter.wall_s();
  close_log(*log);
  return wall;
}

/// Must run before this process has opened a log: RocksDB's threads do not survive a fork. So all logs are made first.
void add_killed(Suite& suite) {
  std::vector<double> microseconds;
  const auto events = suite.scaled(kUnindexed);
  const auto name = [](int repeat) { return "killed-" + std::to_string(repeat); };
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    suite.remove_log(name(repeat));
    make_killed_log(std::filesystem::path(suite.directory()) / name(repeat), events);
  }
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    microseconds.push_back(1e6 * open_s(suite, name(repeat)) / static_cast<double>(events));
    suite.remove_log(name(repeat));
  }
  suite.report().add(
      {.group = "open",
       .configuration = "after kill -9, " + short_number(static_cast<double>(events)) + " events not indexed",
       .unit = "us an event",
       .value = Spread::of(microseconds),
       .target = Target{Target::Kind::at_most, 3.5}});
}

std::vector<double> clean_open_ms(Suite& suite, const std::string& name) {
  std::vector<double> milliseconds;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) milliseconds.push_back(1e3 * open_s(suite, name));
  return milliseconds;
}

void add_clean(Suite& suite) {
  const Spread shorter = Spread::of(clean_open_ms(suite, suite.standing_log(kUnindexed)));
  suite.report().add({.group = "open", .configuration = "after close(), 1M events", .unit = "ms", .value = shorter});
  suite.report().add({.group = "open",
                      .configuration = "after close(), 20M events",
                      .unit = "ms",
                      .value = Spread::of(clean_open_ms(suite, suite.standing_log(kLong))),
                      .target = Target{Target::Kind::at_most, shorter.median + 30}});
}

void add_command(Suite& suite, const std::vector<std::string>& arguments, double more_ms) {
  std::vector<double> starts;
  std::vector<double> walls;
  for (int repeat = 0; repeat < 3 * suite.repeats(); ++repeat) {
    starts.push_back(1e3 * run_daybook({"--version"}).wall_s);
    walls.push_back(1e3 * run_daybook(arguments).wall_s);
  }
  const double start = Spread::of(starts).median;
  suite.report().add({.group = "open",
                      .configuration = "daybook " + arguments.front() + ", one process, on 20M events",
                      .unit = "ms",
                      .value = Spread::of(walls),
                      .limit = Limit{"daybook --version", start},
                      .target = Target{Target::Kind::at_most, start + more_ms}});
}

}  // namespace

void open_rows(Suite& suite) {
  add_killed(suite);
  add_clean(suite);
  const std::string log = suite.directory() + "/" + suite.standing_log(kLong);
  add_command(suite, {"append", "--log", log, "--stream", "one", "--type", "T", "--data", "{}"}, 45);
  add_command(suite, {"get", "--log", log, "100000"}, 25);
}

}  // namespace daybook::bench
