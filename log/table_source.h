// The blocks of one table file, read without the MANIFEST and past its damaged parts.
//
// Threads: one at a time. Owns: the file while it is open.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "log/block_source.h"
#include "log/store_env.h"

namespace rocksdb {
class Iterator;
class SstFileReader;
}  // namespace rocksdb

namespace daybook {

class TableSource final : public BlockSource {
 public:
  /// Looks for the first block of DIR/log/`name`; nullptr for a file of another family. The file is closed again until
  /// it is needed, unless `keep_open`: then nobody can pull it from under the reading. `corruption` where nothing in
  /// the file can be read, `not_found` where it is gone, `io`, `denied`.
  [[nodiscard]] static Result<std::unique_ptr<TableSource>> open(rocksdb::Env& env, const std::string& log_directory,
                                                                 const std::string& name, bool keep_open);
  ~TableSource() override;

  [[nodiscard]] Result<void> advance(Sequence wanted) override;
  [[nodiscard]] std::optional<Sequence> at() const override { return at_; }
  [[nodiscard]] Result<std::string_view> value() override;
  [[nodiscard]] std::string file() const override { return "log/" + name_; }
  [[nodiscard]] const std::string& trouble() const override { return trouble_; }
  [[nodiscard]] const std::string& format_text() const override { return format_text_; }

 private:
  TableSource(rocksdb::Env& env, std::string path, std::string name);
  [[nodiscard]] Result<void> open_file();
  void begin();
  void close_file();
  void seek(std::uint64_t sequence);
  void settle(std::uint64_t wanted);
  std::uint64_t seek_behind_damage(std::uint64_t damaged);
  [[nodiscard]] bool fails_as(std::uint64_t sequence, const std::string& first_failure);
  [[nodiscard]] std::string failure() const;
  [[nodiscard]] std::string named(std::string text) const;
  [[nodiscard]] bool is_events_family() const;

  StoreEnv env_;
  const std::string path_;
  const std::string name_;
  std::unique_ptr<rocksdb::SstFileReader> reader_;  ///< nullptr: closed.
  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::optional<Sequence> at_;
  std::string trouble_;
  std::string format_text_;
};

}  // namespace daybook
