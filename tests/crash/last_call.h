// Ends the process by SIGKILL at its n-th system call that changes a file or a name. Every moment at which a kill -9
// can leave something different behind is such a call, so going through all n goes through all crashes.
//
// Threads: set once before anything else runs; then any. Owns: the process's calls: this file defines write(), fsync()
// and the like for the whole test program, RocksDB included.
#pragma once

#include <cstdint>

namespace daybook::test {

/// How the last call is made.
enum class LastCall : std::uint8_t {
  not_made,   ///< The process ends before it.
  half_made,  ///< Of a write the first half of the bytes; of other calls nothing.
};

/// From now on, the call with this number (from 1) is the last. 0: none.
void end_at_call(std::uint64_t number, LastCall how);
/// The calls that were counted since end_at_call().
[[nodiscard]] std::uint64_t calls_counted();

/// From now on fallocate() says that the file system cannot. RocksDB then makes no room for a WAL file beforehand,
/// which in a file system in memory costs more than all the rest of opening a small log.
void refuse_preallocation();

}  // namespace daybook::test
