// Appends commits with many of them on their way, and counts what became of them.
//
// Threads: one at a time appends; the log's completion thread reports. Owns: nothing of the log, which outlives it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/mutex.h"
#include "daybook/event.h"
#include "daybook/log.h"
#include "daybook/result.h"

namespace daybook::cli {

/// What became of the commits that completed.
struct CommitCounts {
  std::uint64_t commits = 0;         ///< Appended or found.
  std::uint64_t events_added = 0;    ///< Of commits that are new.
  std::uint64_t events_present = 0;  ///< Of commits that the log had already.
};

/// Keeps at most 1,024 commits on their way, which is far below the bounds of the log's own queue.
class CommitWindow {
 public:
  explicit CommitWindow(Log& log) : log_(log) {}
  /// Waits for what is on its way.
  ~CommitWindow();
  CommitWindow(const CommitWindow&) = delete;
  CommitWindow& operator=(const CommitWindow&) = delete;

  /// Appends; waits while too much is on its way. False once a commit failed: then nothing more is taken.
  [[nodiscard]] bool append(Commit commit);
  /// Waits until nothing is on its way.
  void finish();
  /// The first failure. Call after finish().
  [[nodiscard]] const std::optional<Error>& failure() const DAYBOOK_UNCHECKED_THREADS { return failure_; }
  /// Call after finish().
  [[nodiscard]] const CommitCounts& counts() const DAYBOOK_UNCHECKED_THREADS { return counts_; }

 private:
  void completed(const Result<Appended>& result);

  Log& log_;
  Mutex mutex_;
  Bell changed_;
  std::uint64_t under_way_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  CommitCounts counts_ DAYBOOK_GUARDED_BY(mutex_);
  std::optional<Error> failure_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook::cli
