// What the WAL files hold, entry by entry, without RocksDB's books: the way to blocks of a database that no longer
// opens.
//
// Threads: one at a time. Owns: the open files and one record.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daybook/result.h"
#include "log/file_layer.h"
#include "log/wal_scan.h"

namespace daybook {

/// An entry that was put under a key of eight bytes, which only the events family has. Not yet checked.
struct WalEntry {
  std::string key;
  std::string value;
  std::string file;     ///< Relative to DIR.
  std::string trouble;  ///< The damage right before it, with its file; empty: none.
};

class WalEntries {
 public:
  /// Of DIR = `directory`; `files` outlives it.
  WalEntries(FileLayer& files, std::string directory) : files_(files), directory_(std::move(directory)) {}
  WalEntries(const WalEntries&) = delete;
  WalEntries& operator=(const WalEntries&) = delete;

  /// To the beginning of the oldest file. All files are opened at once, so that none can be pulled from under the
  /// reading.
  [[nodiscard]] Result<void> rewind();
  /// The next entry of an intact record, in the order of the files; nullopt at the end. Damage is passed over.
  [[nodiscard]] Result<std::optional<WalEntry>> next();
  /// The damage behind the last entry.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  [[nodiscard]] Result<bool> read_on();
  void take_record(std::string_view bytes);
  void look_for_damage();

  FileLayer& files_;
  const std::string directory_;
  std::optional<WalScanner> scanner_;
  std::deque<std::pair<std::string, std::unique_ptr<FileReader>>> readers_;  ///< The first is being read.
  std::string file_;                                                         ///< Its name; empty: it is not begun.
  std::deque<WalEntry> entries_;    ///< Of the records of one block that are still to be given.
  std::uint64_t damage_count_ = 0;  ///< As of the last look.
  std::string trouble_;
};

}  // namespace daybook
