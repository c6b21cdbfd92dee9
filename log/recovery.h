// Opening: what is there, whether it is whole, and what has to be cut, replayed or refused before anyone may use it.
//
// Threads: the opening thread. Owns: nothing; what it opens goes to its caller.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daybook/block.h"
#include "log/core.h"
#include "log/head_file.h"
#include "log/lock_file.h"
#include "log/wal_scan.h"

namespace daybook {

/// What a writer holds beside the core.
struct WriterState {
  std::unique_ptr<WriterLock> lock;         ///< nullptr: in memory.
  std::unique_ptr<HeadFile> head_file;      ///< nullptr: in memory.
  std::shared_ptr<const Block> last_block;  ///< nullptr: an empty log.
};

/// What repair brings along when it opens a log.
struct WriterOpening {
  std::unique_ptr<WriterLock> lock;  ///< nullptr: it is taken.
  bool drop_postings = false;        ///< The postings are not looked at, and written anew.
};

/// Opens DIR for writing: creates it where that is allowed, recovers it, replays what the index lacks. Refuses, having
/// changed nothing, where acknowledged events are missing (docs/architecture.md, Recovery and damage).
[[nodiscard]] Result<WriterState> open_writer(Core& core, WriterOpening opening = {});

/// What the end of a log is like, found without changing it.
struct EndReport {
  std::shared_ptr<const Block> last_block;
  WalScan wal;
  Sequence head;  ///< Of last_block; 0 for an empty log.
};

/// Checks the blocks that only the WAL holds, and the WAL itself, against `head`. `corruption` where acknowledged
/// events are missing; damage behind them is in the report. Not beside a running writer.
[[nodiscard]] Result<EndReport> inspect_end(Core& core, const Store& store, const Head& head);

/// What to say where the log ends at `end`, undamaged, and HEAD knows that it was written through `written`.
[[nodiscard]] std::string lost_end(Sequence end, Sequence written);

/// Refuses (`corruption`) to cut where that could lose what somebody was promised.
[[nodiscard]] Result<void> check_cut(const Head& head, const WalScan& wal);

/// `corruption` unless the store's copy of FORMAT says the same.
[[nodiscard]] Result<void> check_format_copy(const Store& store, const Format& format);

/// What the postings vouch for; nullopt where their checkpoints have a gap or do not fit the blocks through `head`.
struct IndexState {
  Sequence through;
  LogCounts counts;
};
[[nodiscard]] Result<std::optional<IndexState>> read_index_state(const Store& store, Sequence head);

}  // namespace daybook
