// One timed run of producers that append to a log.
//
// Threads: the caller's, and one a producer while it runs. Owns: nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "bench/measure.h"
#include "bench/workload.h"
#include "daybook/log.h"

namespace daybook::bench {

/// Who appends what, for how long.
struct AppendPlan {
  std::uint32_t producers = 1;
  std::uint32_t events = 1;  ///< A commit.
  std::uint32_t outstanding =
      0;                     ///< 0: each producer waits for its append; else so many are in flight, asynchronously.
  double commits_per_s = 0;  ///< 0: as fast as it goes; else paced, all producers together.
  double seconds = 5;
  WorkloadOptions workload{};
};

/// What came of it.
struct AppendOutcome {
  double events = 0;
  double acknowledged_s = 0;  ///< To the last acknowledgement.
  double indexed_s = 0;       ///< To the end of flush_index().
  double cpu_s = 0;           ///< Of the whole process, to the end of flush_index(), the producers' own work included.
  double written_bytes = 0;
  double conflicts = 0;
  Latencies latencies{};  ///< Of blocking appends, a commit each.
};

/// Appends to `log` as `plan` says, waits for the index, and exits the program where an append fails.
[[nodiscard]] AppendOutcome run_append(Log& log, const AppendPlan& plan);
/// The same for logs of a server, one a producer; `indexed_s` is when the last acknowledgement came.
[[nodiscard]] AppendOutcome run_remote_append(std::span<Log* const> logs, const AppendPlan& plan);

/// Prints why a step of the benchmark itself failed, and exits with 1.
[[noreturn]] void give_up(const std::string& what, const Error& error);

/// Appends `events` events, `per_commit` a commit, asynchronously, for logs that a row needs to be there. `adjust` may
/// change each event, whose number is from 1.
void append_all(Log& log, std::uint64_t events, const WorkloadOptions& workload = {}, std::size_t per_commit = 100,
                const std::function<void(Event& event, std::uint64_t number)>& adjust = {});
/// Waits for the index of everything that was appended.
void wait_for_index(Log& log);
/// Closes `log`.
void close_log(Log& log);

}  // namespace daybook::bench
