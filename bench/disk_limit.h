// What the disk and the memory of this machine can do at most, measured beside each row with plain system calls.
//
// Threads: one. Owns: nothing; its files are removed before it returns.
#pragma once

#include <cstddef>
#include <string>

#include "bench/measure.h"

namespace daybook::bench {

/// Appends `bytes` to a growing file and waits for fdatasync, for `seconds`: how often a second.
struct SyncLimit {
  double writes_per_s = 0;
  Latencies latencies{};  ///< Of a write with its fdatasync.
};
[[nodiscard]] SyncLimit append_and_sync(const std::string& directory, std::size_t bytes, double seconds);
/// The same into a file that was written before: what preparing files would gain.
[[nodiscard]] SyncLimit overwrite_and_sync(const std::string& directory, std::size_t bytes, double seconds);

/// What threads that wait allow at most: `producers` threads hand over `bytes` each and sleep, one thread writes what
/// is there, waits for fdatasync and wakes them. Writes of theirs a second.
[[nodiscard]] double grouped_writes_per_s(const std::string& directory, std::size_t producers, std::size_t bytes,
                                          double seconds);

/// writev of 1 MiB at a time to a growing file, without any sync, for `seconds` or 4 GiB: bytes a second.
[[nodiscard]] double writev_bytes_per_s(const std::string& directory, double seconds);

/// Copies `bytes` of memory (at least 64 MiB, so that no cache holds them), several times: bytes a second.
[[nodiscard]] double copy_bytes_per_s(std::size_t bytes);

/// Reads the files in `directory` that end in `suffix` with O_DIRECT, 8 MiB at a time: bytes a second; 0 where the file
/// system has no O_DIRECT.
[[nodiscard]] double direct_read_bytes_per_s(const std::string& directory, const std::string& suffix);

}  // namespace daybook::bench
