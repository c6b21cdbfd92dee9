// Which table files of a log are in use, as RocksDB's own books have it: a log that was killed may also hold what a
// compaction had not yet brought in, or not yet thrown away.
//
// Threads: any that may fork. Owns: nothing.
#pragma once

#include <string>
#include <vector>

#include "tests/crash/directory_state.h"

namespace daybook::test {

/// The names of the table files of `family`, in the order of their numbers. Looks in a child, at a copy.
[[nodiscard]] std::vector<std::string> live_tables(const Contents& contents, const std::string& family);

}  // namespace daybook::test
