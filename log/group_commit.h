// The one function that commits a group: from sealed blocks to durable ones. A replicated log could stand here.
//
// Threads: the sequencer. Owns: nothing.
#pragma once

#include <memory>
#include <span>

#include "daybook/block.h"
#include "daybook/options.h"
#include "daybook/result.h"
#include "log/head_file.h"
#include "log/store.h"

namespace daybook {

/// Where a group goes.
struct GroupTarget {
  Store& store;
  HeadFile* head_file;  ///< nullptr: in memory.
  Durability durability;
};

/// Writes the blocks, which follow the last group, and returns once they are as durable as `target` asks. After an
/// error they may or may not be on disk, so the log must become read-only.
[[nodiscard]] Result<void> commit_group(const GroupTarget& target,
                                        std::span<const std::shared_ptr<const Block>> blocks);

}  // namespace daybook
