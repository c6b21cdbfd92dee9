// Reading everything: from memory against a copy of the same bytes, from the disk against reading the same files.
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "bench/append_run.h"
#include "bench/disk_limit.h"
#include "bench/replay_run.h"
#include "bench/suite.h"

namespace daybook::bench {
namespace {

/// Makes the operating system forget the files of a log, so that they are read from the disk.
void forget_files(const std::string& directory) {
  ::sync();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) continue;
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    ::close(descriptor);
  }
}

void add_warm(Suite& suite, const std::string& configuration, const std::string& log_name, const Options& options,
              double at_least) {
  const auto log = suite.open_log(log_name, options);
  static_cast<void>(replay(*log));  // Warms it.
  Row row{.group = "replay", .configuration = configuration, .unit = "events/s", .value = {}};
  std::vector<double> rates;
  std::vector<double> limits;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    const Replay done = replay(*log);
    rates.push_back(done.events / done.wall_s);
    limits.push_back(copy_bytes_per_s(static_cast<std::size_t>(std::min(done.bytes, 512e6))) * done.events /
                     done.bytes);
    row.cpu_ns_per_event = 1e9 * done.cpu_s / done.events;
  }
  row.value = Spread::of(rates);
  row.limit = Limit{"copy of the same bytes in memory", Spread::of(limits).median};
  if (at_least > 0) row.target = Target{Target::Kind::at_least, at_least};
  suite.report().add(std::move(row));
}

void add_cold(Suite& suite, const std::string& log_name) {
  const std::string directory = suite.directory() + "/" + log_name;
  Row row{.group = "replay", .configuration = "blocks of 100s of events, not in memory", .unit = "MB/s", .value = {}};
  std::vector<double> rates;
  std::vector<double> limits;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    limits.push_back(direct_read_bytes_per_s(directory + "/log", ".sst") / 1e6);
    forget_files(directory);
    const auto log = suite.open_log(log_name, {.mode = Mode::read_only});
    const Replay done = replay(*log);
    const auto statistics = log->statistics();
    if (!statistics) give_up("statistics", statistics.error());
    rates.push_back(static_cast<double>(statistics->bytes_on_disk) / done.wall_s / 1e6);
    row.cpu_ns_per_event = 1e9 * done.cpu_s / done.events;
  }
  row.value = Spread::of(rates);
  row.limit = Limit{"sequential O_DIRECT read of the same files", Spread::of(limits).median};
  row.target = Target{Target::Kind::ratio_at_least, 0.80};
  row.note = "bytes on disk, compressed";
  suite.report().add(std::move(row));
}

void add_verify(Suite& suite, const std::string& log_name) {
  const auto log = suite.open_log(log_name, {.mode = Mode::read_only});
  static_cast<void>(replay(*log));
  Row row{.group = "replay", .configuration = "verify", .unit = "events/s", .value = {}};
  std::vector<double> rates;
  std::vector<double> limits;
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    const Replay read = replay(*log);
    limits.push_back(read.events / read.wall_s);
    const Meter meter;
    const auto found = log->verify();
    if (!found) give_up("verify", found.error());
    if (!found->clean()) give_up("verify", {.code = Code::corruption, .message = found->damage.front().message});
    rates.push_back(static_cast<double>(found->events) / meter.wall_s());
    row.cpu_ns_per_event = 1e9 * meter.cpu_s() / static_cast<double>(found->events);
  }
  row.value = Spread::of(rates);
  row.limit = Limit{"replay of the same log", Spread::of(limits).median};
  row.target = Target{Target::Kind::ratio_at_least, 0.3};
  suite.report().add(std::move(row));
}

}  // namespace

void replay_rows(Suite& suite) {
  constexpr std::uint64_t kWarmEvents = 1'000'000;
  const std::string standing = suite.standing_log(kWarmEvents);
  add_warm(suite, "blocks of 100s of events, in the block cache", standing,
           {.mode = Mode::read_only, .block_cache_bytes = std::size_t{1} << 30}, 10e6);
  add_warm(suite, "blocks of 100s of events, in the operating system's cache", standing, {.mode = Mode::read_only}, 0);
  {
    const auto log = suite.fresh_log("singles", {.durability = Durability::buffered});
    AppendPlan plan{.seconds = suite.seconds()};
    static_cast<void>(run_append(*log, plan));
    close_log(*log);
  }
  add_warm(suite, "blocks of one event, in the block cache", "singles",
           {.mode = Mode::read_only, .block_cache_bytes = std::size_t{1} << 30}, 2e6);
  suite.remove_log("singles");
  add_verify(suite, standing);
  add_cold(suite, suite.standing_log(20'000'000));
}

}  // namespace daybook::bench
