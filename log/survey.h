// What state a log that nobody writes is in, and what can be kept of it. Repair decides by it.
//
// Threads: one at a time. Owns: nothing; changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daybook/repair.h"
#include "log/core.h"
#include "log/format_file.h"
#include "log/head_file.h"

namespace daybook {

/// What was found. The log is made good by: FORMAT, HEAD, log/ anew, a cut of the WAL, the postings; each where set.
struct Survey {
  std::vector<Damage> damage;
  Format format;              ///< What FORMAT and its copy in log/ say, or must say.
  bool write_format = false;  ///< FORMAT is missing, damaged or another log's.
  std::optional<Head> head;   ///< nullopt: missing or damaged.
  bool write_head = false;    ///< It is missing, damaged, or says what does not hold any more.
  bool rebuild = false;  ///< log/ cannot be used as it is: a new one takes over what its files hold, through `end`.
  bool cut_wal = false;  ///< A damaged, never acknowledged end is there, which opening cuts.
  bool drop_postings = false;
  Sequence end;                        ///< The last event that is kept.
  std::uint64_t rebuild_bytes = 0;     ///< What the new log/ may need.
  std::string loss;                    ///< What is lost; empty: nothing.
  std::optional<Sequence> keeps_most;  ///< Set with `loss`, where truncate_after does not say that it may be lost.
};

/// Looks at everything. Errors as Repair::open, but for the lock.
[[nodiscard]] Result<Survey> survey_log(Core& core, const RepairOptions& options, const RepairProgress& progress);

}  // namespace daybook
