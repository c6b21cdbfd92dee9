// DIR/HEAD: how far the log was acknowledged, kept outside RocksDB, so that a log that lost its end is not taken for
// a shorter one. Four 8-byte words, each with its own check: durable, written, how the last writer was opened, and
// the WAL file that it began with.
//
// Threads: one at a time (the sequencer); readers in other processes at any time. Owns: the open file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "daybook/options.h"
#include "daybook/result.h"
#include "daybook/statistics.h"
#include "log/file_layer.h"

namespace daybook {

/// The file's name in DIR.
inline constexpr std::string_view kHeadFile = "HEAD";

/// What HEAD says. The defaults are a fresh log's.
struct Head {
  Sequence durable;                           ///< Synced before it was stored: may lag, never leads.
  Sequence written;                           ///< Handed to the operating system; never below `durable`.
  Durability durability = Durability::fsync;  ///< Of the last writer.
  std::uint64_t wal_number = 0;               ///< This WAL file, or a newer one, must exist; 0: none need.
  bool clean = true;                          ///< The last writer closed the log, or there was none.
  Recovered recovered = Recovered::clean;     ///< What the last writer found when it opened the log.
  friend bool operator==(const Head&, const Head&) = default;
};

/// HEAD as its one writer holds it. store_durable() and store_written() are one 8-byte write in place: a reader in
/// another process sees the old word or the new one. An error leaves current() as it was and the file unknown.
class HeadFile {
 public:
  /// Puts a whole HEAD in place, also over an old or damaged one, and opens it.
  [[nodiscard]] static Result<std::unique_ptr<HeadFile>> create(FileLayer& files, const std::string& directory,
                                                                const Head& head = {});
  /// Opens the existing one. `not_found` where it is missing, `corruption` where it is damaged.
  [[nodiscard]] static Result<std::unique_ptr<HeadFile>> open(FileLayer& files, const std::string& directory);
  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;

  /// After a sync of the WAL through `durable`, which never goes back. Raises current().written with it.
  [[nodiscard]] Result<void> store_durable(Sequence durable);
  /// After a write of the WAL through `written`, which never goes back (`buffered` only).
  [[nodiscard]] Result<void> store_written(Sequence written);
  /// After recovery found the log to end at `head`, which is synced: both words become it, and both are synced. The
  /// one way in which `written` goes back; `durable` does not.
  [[nodiscard]] Result<void> store_recovered(Sequence head);
  /// Before the writer's first append: who it is, and what it found. Synced, so that a crash finds it said. The name of
  /// the WAL file must be durable before.
  [[nodiscard]] Result<void> store_opened(Durability durability, std::uint64_t wal_number, Recovered recovered);
  /// After everything else was closed and synced. Synced.
  [[nodiscard]] Result<void> store_closed();
  /// Blocks until every word is on disk.
  [[nodiscard]] Result<void> sync();
  [[nodiscard]] const Head& current() const { return head_; }

 private:
  HeadFile(std::unique_ptr<CellFile> cells, const Head& head) : cells_(std::move(cells)), head_(head) {}
  [[nodiscard]] Result<void> store_word(std::uint32_t place, std::uint64_t value);
  [[nodiscard]] Result<void> store_writer(const Head& head);

  std::unique_ptr<CellFile> cells_;
  Head head_;
};

/// Reads DIR/HEAD without touching it, also beside a writer; nullopt where there is none. `corruption` where it is
/// damaged: any flipped bit, another length, words at each other's place; the caller adds what to do.
[[nodiscard]] Result<std::optional<Head>> read_head(FileLayer& files, const std::string& directory);

}  // namespace daybook
