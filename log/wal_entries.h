// What the WAL files hold, entry by entry, without RocksDB's books: the way to blocks of a database that no longer
// opens.
//
// Threads: one at a time. Owns: the open file and one record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/result.h"
#include "log/file_layer.h"
#include "log/wal_block.h"

namespace daybook {

/// An entry that was put under a key of eight bytes, which only the events family has. Not yet checked.
struct WalEntry {
  std::string key;
  std::string value;
  std::string file;  ///< Relative to DIR.
};

class WalEntries {
 public:
  /// Of DIR = `directory`; `files` outlives it.
  WalEntries(FileLayer& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  /// To the beginning of the oldest file.
  [[nodiscard]] Result<void> rewind();
  /// The next entry of an intact record, in the order of the files; nullopt at the end. Damage is passed over.
  [[nodiscard]] Result<std::optional<WalEntry>> next();

 private:
  [[nodiscard]] Result<bool> read_block();
  void take_fragment(const WalFragment& fragment);
  void end_record();

  FileLayer& files_;
  const std::string directory_;
  std::vector<std::string> names_;  ///< Of the files that are still to be read, the next one last.
  std::string file_;
  std::unique_ptr<FileReader> reader_;
  std::vector<std::byte> block_;
  std::string record_;
  bool in_record_ = false;
  std::deque<WalEntry> entries_;  ///< Of the records of one block that are still to be given.
};

}  // namespace daybook
