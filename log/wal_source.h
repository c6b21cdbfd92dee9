// The blocks of the WAL files, in their order and past their damaged parts.
//
// Threads: one at a time. Owns: the open files, and one entry.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "log/block_source.h"
#include "log/file_layer.h"
#include "log/wal_entries.h"

namespace daybook {

class WalSource final : public BlockSource {
 public:
  /// Of DIR = `directory`; `files` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<WalSource>> open(FileLayer& files, const std::string& directory);

  [[nodiscard]] Result<void> advance(Sequence wanted) override;
  [[nodiscard]] std::optional<Sequence> at() const override;
  [[nodiscard]] Result<std::string_view> value() override { return std::string_view(entry_->value); }
  [[nodiscard]] std::string file() const override { return entry_->file; }
  [[nodiscard]] const std::string& trouble() const override { return entry_ ? entry_->trouble : entries_.trouble(); }
  [[nodiscard]] const std::string& format_text() const override { return format_text_; }

 private:
  WalSource(FileLayer& files, const std::string& directory) : entries_(files, directory) {}
  [[nodiscard]] Result<void> take_next();

  WalEntries entries_;
  std::optional<WalEntry> entry_;  ///< nullopt: the end.
  std::string format_text_;
};

}  // namespace daybook
