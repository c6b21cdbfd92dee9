// The blocks of a log as its files hold them, whatever RocksDB's own books (CURRENT, MANIFEST) say, or do not say any
// more. Each block proves itself by its hash, and its place by its chain, so nothing else is needed.
//
// Threads: one at a time. Owns: one open table file, one open WAL file. Changes nothing; not beside a writer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/block.h"
#include "daybook/options.h"
#include "daybook/statistics.h"
#include "log/file_layer.h"
#include "log/format_file.h"
#include "log/store_env.h"
#include "log/wal_entries.h"
#include "log/wal_scan.h"

namespace daybook {

class Salvage {
 public:
  /// Looks at every file in DIR/log once. What cannot be read is damage(), not an error.
  [[nodiscard]] static Result<std::unique_ptr<Salvage>> open(FileLayer& files, const std::filesystem::path& directory,
                                                             const Options& options);
  ~Salvage();
  Salvage(const Salvage&) = delete;
  Salvage& operator=(const Salvage&) = delete;

  /// The copy of FORMAT that the events family holds.
  [[nodiscard]] const std::optional<Format>& format() const { return format_; }
  /// The block that begins at `first` and whose chain is `chain`; with nullopt, of any chain. nullptr: no file has it.
  [[nodiscard]] Result<std::shared_ptr<const Block>> find(Sequence first, const std::optional<Link>& chain);
  /// The last event of any block that can be read, whether or not it is linked to the others.
  [[nodiscard]] Sequence last_seen() const { return last_seen_; }
  /// What is wrong with the WAL files.
  [[nodiscard]] const WalScan& wal() const { return wal_; }
  /// Files, or parts of them, that could not be read so far; at most 100 are listed.
  [[nodiscard]] const std::vector<Damage>& damage() const { return damage_; }
  /// Of all table and WAL files: what a copy may need.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  struct Table;
  struct OpenTable;

  Salvage(FileLayer& files, std::filesystem::path directory, const Options& options);
  [[nodiscard]] Result<void> look_around();
  void look_at_table(const std::string& name);
  [[nodiscard]] Result<void> look_at_wal();
  [[nodiscard]] std::unique_ptr<OpenTable> open_table(const std::string& name);
  [[nodiscard]] std::shared_ptr<const Block> find_in_tables(Sequence first, const std::optional<Link>& chain);
  [[nodiscard]] std::shared_ptr<const Block> find_in_open_table(Sequence first, const std::optional<Link>& chain);
  [[nodiscard]] Result<std::shared_ptr<const Block>> find_in_wal(Sequence first, const std::optional<Link>& chain);
  void tell(Sequence sequence, const std::string& name, std::string message);
  void take_format(const std::string& value);

  FileLayer& files_;
  const std::filesystem::path directory_;
  const Options& options_;
  StoreEnv tables_env_;
  std::vector<Table> tables_;
  std::unique_ptr<OpenTable> open_;
  WalEntries wal_entries_;
  std::shared_ptr<const Block> wal_block_;  ///< The last one that the WAL gave.
  WalScan wal_;
  std::optional<Format> format_;
  Sequence last_seen_;
  std::vector<Damage> damage_;
  std::uint64_t bytes_ = 0;
};

}  // namespace daybook
