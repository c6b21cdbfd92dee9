// A log looked at from outside: what its files say, who writes it, how the storage stands. For people and monitors.
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daybook/ids.h"
#include "daybook/options.h"
#include "daybook/result.h"
#include "daybook/statistics.h"

namespace daybook {

/// What HEAD says (docs/format.md).
struct HeadWords {
  Sequence durable;                        ///< Acknowledged and synced through here; may lag.
  Sequence written;                        ///< Handed to the operating system through here.
  Durability durability{};                 ///< Of the last writer.
  bool closed = true;                      ///< The last writer closed the log.
  std::uint64_t wal_number = 0;            ///< This WAL file, or a newer one, must exist.
  Recovered recovered = Recovered::clean;  ///< What the last writer found.
};

/// One level of one family of the storage.
struct StorageLevel {
  std::string family;       ///< `events` or `postings`.
  int level = 0;            ///< 0: as written; the higher ones are sorted.
  std::uint64_t files = 0;  ///< Table files.
  std::uint64_t bytes = 0;  ///< Of them.
};

/// Something that was cut off the log, in DIR/lost/.
struct LostBytes {
  std::string name;         ///< Of the file or directory there.
  std::uint64_t bytes = 0;  ///< Of all that is in it.
};

/// The findings. Each is there where it could be found out.
struct Health {
  std::optional<LogId> log_id;              ///< By FORMAT.
  std::uint32_t format_version = 0;         ///< By FORMAT; 0: it cannot be read.
  std::optional<HeadWords> head_words;      ///< nullopt: HEAD is missing or damaged.
  std::optional<std::string> holder;        ///< The writer at work: pid, command and start.
  std::optional<Error> trouble;             ///< Why the log cannot be read, or not to its end.
  Sequence head;                            ///< The last sequence that readers see.
  std::optional<Sequence> indexed_through;  ///< nullopt: the postings do not fit the events.
  std::vector<StorageLevel> levels;         ///< Those that hold files.
  std::vector<LostBytes> lost;              ///< By name.
  std::uint64_t disk_free_bytes = 0;        ///< Of the log's file system, as far as it is ours.
};

/// Looks at the log in `directory`, beside its writer or not; changes no byte. Errors: `not_found` (no log there),
/// `unsupported` (newer format), `denied`, `io`. A log that is damaged is a finding.
[[nodiscard]] Result<Health> examine(const std::filesystem::path& directory);

}  // namespace daybook
