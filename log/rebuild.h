// Making DIR/log anew from the blocks that its files hold, and putting it in the old one's place.
//
// Threads: one at a time. Owns: nothing. Under the writer's lock.
#pragma once

#include "daybook/repair.h"
#include "log/core.h"
#include "log/format_file.h"

namespace daybook {

/// Whether a rebuild was broken off between the old log/ and the new one: the new one is whole, and only its name is
/// missing.
[[nodiscard]] Result<bool> rebuild_is_unfinished(Core& core);
/// Gives it its name.
[[nodiscard]] Result<void> finish_rebuild(Core& core);

/// Makes a new log/ of the events through `end`; the old one moves to DIR/lost/, whole. Events, version and log id come
/// over, postings do not. Needs `bytes` of free space (`io`). Stopped or killed before the end it leaves the log as it
/// was, or as rebuild_is_unfinished() finds it.
[[nodiscard]] Result<void> rebuild_log(Core& core, const Format& format, Sequence end, std::uint64_t bytes,
                                       const RepairProgress& progress);

/// The first of DIR/lost/NAME-1, NAME-2 and so on that is free; makes DIR/lost.
[[nodiscard]] Result<std::string> lost_name(Core& core, const std::string& name);

}  // namespace daybook
