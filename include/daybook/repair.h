// Repair: finds what is wrong with a log that is not open, says what it would do, and does it when told.
//
// Threads: one at a time. Owns: the writer's lock of the log, from open() to its end (none with dry_run).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/ids.h"
#include "daybook/result.h"
#include "daybook/statistics.h"

namespace daybook {

/// What is asked for.
struct RepairOptions {
  /// Keep the events through here, which must end a block, and cut the rest. Events are given up only so.
  std::optional<Sequence> truncate_after;
  bool rebuild_postings = false;  ///< Write the postings anew, even where nothing is wrong with them.
  bool dry_run = false;           ///< Only look: no byte of DIR changes, and execute() is `unsupported`.
};

/// What was found, and what execute() does about it.
struct RepairPlan {
  std::vector<Damage> damage;      ///< As verify names it; at most 1,000.
  std::vector<std::string> steps;  ///< In order, a line each; empty: there is nothing to do.
  Sequence head;                   ///< The last event that the log has afterwards.
  /// Set: events would be lost, or may be, and nobody has said that they may. Then `steps` is empty, and
  /// truncate_after with this sequence keeps the most.
  std::optional<Sequence> keeps_most;
  std::string loss;  ///< What is lost, in one line; also where truncate_after accepts it; empty: nothing.
};

/// Gets events done and in all, now and then, on the calling thread; false stops with `closed`.
using RepairProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// One repair of one log. Whatever it takes away lies in DIR/lost/ before it is gone from its place, but for postings,
/// which are made again from the events. Killed at any moment and run again, it completes.
class Repair {
 public:
  /// Takes the writer's lock and looks at everything. Errors: `not_found` (no log), `busy` (the message names the
  /// writer's pid, command and start), `invalid` (truncate_after), `unsupported` (newer format), `corruption` (what
  /// cannot be repaired at all, and why not), `denied`, `io`, `closed`.
  [[nodiscard]] static Result<std::unique_ptr<Repair>> open(const std::filesystem::path& directory,
                                                            const RepairOptions& options = {},
                                                            const RepairProgress& progress = {});
  ~Repair();
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  /// Valid while it lives.
  [[nodiscard]] const RepairPlan& plan() const;
  /// Does the plan's steps, once; blocks, and syncs what it writes. Afterwards the log can be opened. Lets go of the
  /// lock.
  [[nodiscard]] Result<void> execute(const RepairProgress& progress = {});

  class Impl;

 private:
  explicit Repair(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
