// How a log is opened: durability, bounds, where time comes from. Every bound has a default and a range.
//
// Threads: values; any.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "daybook/clock.h"
#include "daybook/result.h"

namespace daybook {

/// What "acknowledged" means.
enum class Durability : std::uint8_t {
  fsync,     ///< On disk: survives a power cut.
  buffered,  ///< Handed to the operating system: survives a crash of the process, not a power cut.
};

/// Who the opener is.
enum class Mode : std::uint8_t {
  read_write,  ///< The one writer. Refused (`busy`) while another process holds the log.
  read_only,   ///< Any number, also beside a running writer. Changes no byte under the directory.
};

/// How blocks are compressed on disk.
enum class Compression : std::uint8_t { lz4, none };

/// Open options. Out of range is `invalid`.
struct Options {
  Mode mode = Mode::read_write;                ///< Writer or reader.
  bool create_if_missing = false;              ///< With read_write: make the log where there is none.
  bool in_memory = false;                      ///< For tests: nothing touches the disk, and close() forgets everything.
  Durability durability = Durability::fsync;   ///< What an acknowledged append survives.
  Compression compression = Compression::lz4;  ///< Of blocks written from now on; either is read.

  std::size_t block_bytes_max = 32 * 1024;             ///< 1 KiB..1 MiB. A block with one larger commit may exceed it.
  std::size_t group_bytes_max = 4 * 1024 * 1024;       ///< 64 KiB..64 MiB under one write and sync.
  std::size_t queue_commits_max = 16 * 1024;           ///< 1..1Mi commits waiting for the sequencer.
  std::size_t queue_bytes_max = 64 * 1024 * 1024;      ///< 16 MiB..1 GiB waiting for the sequencer.
  std::size_t block_cache_bytes = 32 * 1024 * 1024;    ///< 1 MiB..64 GiB of verified blocks, the live tail among them.
  std::size_t storage_cache_bytes = 32 * 1024 * 1024;  ///< 1 MiB..64 GiB for RocksDB's blocks, indexes and filters.
  std::size_t index_batch_events = 50'000;             ///< 1..1Mi events behind before postings are written.
  std::size_t tail_events_max = 1'000'000;         ///< >= 2 * index_batch_events, at most 16Mi. Beyond it appends wait.
  std::size_t tail_bytes_max = 256 * 1024 * 1024;  ///< 1 MiB..16 GiB, an estimate of the tail's memory.
  std::uint64_t disk_free_bytes_min = 256ull * 1024 * 1024;  ///< Below it appends are refused (`io`, not appended).
  std::size_t subscriptions_max = 10'000;                    ///< 1..1Mi open at a time.

  const Clock* clock = &Clock::system();  ///< Lives as long as the log. Waiting itself takes real time.
  std::uint64_t seed = 0;                 ///< For generated ids; 0 takes one from the operating system.

  /// `invalid` with the option's name, its value and its range.
  [[nodiscard]] Result<void> check() const;
};

}  // namespace daybook
