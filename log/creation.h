// Making a log: the order in which its files come into being, so that a half-made one is always told from a damaged
// one.
//
// Threads: the opening thread. Owns: nothing.
#pragma once

#include "log/core.h"
#include "log/recovery.h"

namespace daybook {

/// DIR holds a log, or may get one. Where it may not: `not_found`; `corruption` for blocks without FORMAT; `invalid`
/// for a directory that is somebody else's.
[[nodiscard]] Result<void> prepare_directory(Core& core);

/// Makes the log, or finishes one that was half-made: RocksDB, HEAD, and FORMAT last.
[[nodiscard]] Result<WriterState> create_log(Core& core, WriterState writer);

/// FORMAT as a reader needs it: `not_found` where there is no log, `corruption` for blocks without FORMAT.
[[nodiscard]] Result<Format> require_format(Core& core);

}  // namespace daybook
