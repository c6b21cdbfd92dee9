// SQLite as a Store: one table of events, in process, write-ahead log, synchronous=FULL, group commit.
//
// Threads: as a Store. Owns: its directory's database files.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "bench/peers/group_writer.h"
#include "bench/peers/sqlite_database.h"
#include "bench/peers/store.h"

namespace daybook::bench {

/// What the table has besides its rows.
enum class SqliteIndexes : std::uint8_t {
  like_daybook,  ///< Unique (stream, version); type; tag; correlation id.
  none,          ///< Rows by sequence only, and no versions: what a plain table of events can do at most.
};

class SqliteStore : public Store {
 public:
  /// Works in `directory`, which nobody else uses.
  SqliteStore(std::filesystem::path directory, SqliteIndexes indexes);
  ~SqliteStore() override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] bool checks_versions() const override { return indexes_ == SqliteIndexes::like_daybook; }
  [[nodiscard]] bool folds() const override { return true; }
  void begin(std::uint32_t producers) override;
  void append(std::uint32_t producer, Commit commit) override;
  [[nodiscard]] std::uint64_t replay() override;
  void fold() override;

 private:
  struct Open;

  void write(const std::vector<const Commit*>& group);
  [[nodiscard]] std::int64_t version_of(const std::string& stream);
  void insert(const Event& event);

  std::filesystem::path directory_;
  SqliteIndexes indexes_;
  std::unique_ptr<Open> open_;
  GroupWriter writer_;
};

}  // namespace daybook::bench
