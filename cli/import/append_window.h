// Appends commits to a log with many of them on their way, and counts what became of them.
//
// Threads: one at a time appends; the log's completion thread reports. Owns: nothing of the log, which outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "cli/import/import_source.h"
#include "daybook/log.h"
#include "daybook/result.h"

namespace daybook::cli {

/// Why a commit could not be appended, and which rows it comes from.
struct AppendFailure {
  Error error;
  std::uint64_t first_row = 0;
  std::uint64_t line = 0;
};

/// What was appended, in events.
struct AppendCounts {
  std::uint64_t appended = 0;
  std::uint64_t repeated = 0;                    ///< These were there already.
  std::map<std::string, std::uint64_t> by_type;  ///< Of those appended; beyond 1,000 types under an empty name.
};

/// See above. As long as commits turn out to be there already it waits for each, so that nothing new is appended behind
/// a conflict; from the first new one on it keeps up to 4,096 commits or 16 MiB on their way.
class AppendWindow {
 public:
  /// `options` say how long each commit may take.
  AppendWindow(Log& log, AppendOptions options) : log_(log), options_(options) {}
  /// Waits for what is on its way.
  ~AppendWindow();
  AppendWindow(const AppendWindow&) = delete;
  AppendWindow& operator=(const AppendWindow&) = delete;

  /// Appends; waits while too much is on its way. False once a commit failed: then nothing more is taken.
  [[nodiscard]] bool append(ImportedCommit commit);
  /// Waits until nothing is on its way.
  void finish();

  /// The first failure. Call after finish().
  [[nodiscard]] const std::optional<AppendFailure>& failure() const DAYBOOK_UNCHECKED_THREADS { return failure_; }
  /// What became of them. Call after finish().
  [[nodiscard]] const AppendCounts& counts() const DAYBOOK_UNCHECKED_THREADS { return counts_; }

 private:
  /// What the completion must know of a commit.
  struct Sent {
    std::map<std::string, std::uint64_t> types;
    std::uint64_t events = 0;
    std::size_t bytes = 0;
    std::uint64_t first_row = 0;
    std::uint64_t line = 0;
  };

  [[nodiscard]] bool wait_for_room();
  [[nodiscard]] bool has_room() const DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] Result<void> submit(const Commit& commit, const Sent& sent);
  void completed(const Sent& sent, const Result<Appended>& result);
  void fail_with(const Sent& sent, Error error);

  Log& log_;
  AppendOptions options_;
  Mutex mutex_;
  Bell changed_;
  bool is_catching_up_ DAYBOOK_GUARDED_BY(mutex_) = true;  ///< No commit was new so far.
  std::uint64_t commits_under_way_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  std::size_t bytes_under_way_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  AppendCounts counts_ DAYBOOK_GUARDED_BY(mutex_);
  std::optional<AppendFailure> failure_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook::cli
