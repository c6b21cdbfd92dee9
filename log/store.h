// The door to RocksDB: the families `events` and `postings`, opened as a writer or as a reader beside one.
//
// Threads: any, but write_group and ingest from one thread each. Owns: the database handle.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/block.h"
#include "daybook/health.h"
#include "daybook/options.h"
#include "daybook/result.h"
#include "log/format_file.h"
#include "log/term.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Iterator;
class WriteBatch;
}  // namespace rocksdb

namespace daybook {

class StoreErrors;
class StoreEnv;

/// The two families.
enum class Family : std::uint8_t { events, postings };

/// How the database is opened.
enum class StoreMode : std::uint8_t {
  create,   ///< As a writer; made where it is missing.
  write,    ///< As a writer.
  reindex,  ///< As a writer whose next call is drop_postings(): until then nothing reads them.
  inspect,  ///< Changes nothing; what is there now, the WAL replayed up to its first damage.
  follow,   ///< Changes nothing; refresh() takes in what a writer in another process does.
};

/// Whether a store opened so may be written to.
[[nodiscard]] constexpr bool may_write(StoreMode mode) {
  return mode != StoreMode::inspect && mode != StoreMode::follow;
}

/// Walks one family. Reads at the moment it was made; outlives no Store.
class StoreIterator {
 public:
  explicit StoreIterator(std::unique_ptr<rocksdb::Iterator> iterator);
  ~StoreIterator();
  StoreIterator(StoreIterator&&) noexcept;
  StoreIterator& operator=(StoreIterator&&) noexcept;

  void seek(std::string_view key);               ///< To the first key at or after.
  void seek_for_previous(std::string_view key);  ///< To the last key at or before.
  void next();
  void previous();
  [[nodiscard]] bool valid() const;
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view value() const;
  /// Why it is not valid: end (ok) or a failure.
  [[nodiscard]] Result<void> status() const;

 private:
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

/// Takes the entries of a sorted file, one after the other, in key order.
using EntrySink = std::function<void(std::string_view key, std::string_view value)>;

/// A block from an entry of the events family: its bytes against its link, its first sequence against the key.
/// `corruption` says what is wrong; the caller adds where.
[[nodiscard]] Result<std::shared_ptr<const Block>> parse_stored_block(std::string_view key, std::string_view value);
/// The table file that a message of RocksDB names, as `log/000012.sst`.
[[nodiscard]] std::optional<std::string> table_file_in(std::string_view message);

class Store {
 public:
  /// Opens DIR/log. Errors: `not_found`, `corruption`, `io`, `denied`.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(rocksdb::Env& env, const std::filesystem::path& directory,
                                                           StoreMode mode, const Options& options);
  /// Whether DIR/log holds a database with the events family; one that was half-made does not. Changes nothing.
  [[nodiscard]] static Result<bool> exists(rocksdb::Env& env, const std::filesystem::path& directory);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The copy of version and log id that the events family holds; nullopt in a database just made.
  [[nodiscard]] Result<std::optional<Format>> format() const;
  [[nodiscard]] Result<void> put_format(const Format& format);

  /// Writes the blocks of a group under one WriteBatch; `sync`: returns when they are on disk.
  [[nodiscard]] Result<void> write_group(std::span<const std::shared_ptr<const Block>> blocks, bool sync);
  [[nodiscard]] Result<void> sync_wal();
  /// Moves the events out of the WAL into table files; waits.
  [[nodiscard]] Result<void> flush();
  /// Begins that and returns; appends go on into another WAL file. By itself RocksDB does it when a memtable is full.
  [[nodiscard]] Result<void> begin_flush();
  /// WAL files with lower numbers hold nothing that is not in table files.
  [[nodiscard]] Result<std::uint64_t> oldest_needed_wal_number() const;
  /// The number of the WAL file now written to.
  [[nodiscard]] Result<std::uint64_t> wal_number() const;

  /// The block with the largest first sequence at or below `sequence`, verified; nullptr where there is none.
  [[nodiscard]] Result<std::shared_ptr<const Block>> block_at(Sequence sequence) const;
  [[nodiscard]] Result<std::shared_ptr<const Block>> last_block() const { return block_at(kSequenceMax); }
  /// The block an iterator over `events` stands on, verified; `corruption` names its sequence and file.
  [[nodiscard]] Result<std::shared_ptr<const Block>> block_of(const StoreIterator& at) const;
  /// The largest first sequence of a block that lies in a table file (so not only in the WAL); 0 where none does.
  [[nodiscard]] Sequence last_flushed() const;

  [[nodiscard]] Result<std::optional<HeadEntry>> stream_head(std::string_view stream) const;
  [[nodiscard]] Result<std::optional<KeyEntry>> key(const IdempotencyKey& key) const;

  /// `prefix_bound`: the iterator is used only within one term (see term_prefix), which lets a filter answer.
  [[nodiscard]] StoreIterator iterate(Family family, bool prefix_bound = false, bool fill_cache = true) const;

  /// Writes what `entries` gives its sink as one sorted file, and moves that into the postings.
  [[nodiscard]] Result<void> ingest(const std::function<void(const EntrySink& sink)>& entries);
  /// Empties the postings family.
  [[nodiscard]] Result<void> drop_postings();

  /// Mode follow: takes in what the writer has done.
  [[nodiscard]] Result<void> refresh();

  /// The table file, relative to DIR, that holds the block at `sequence`; `log/*.log` where none does.
  [[nodiscard]] std::string file_of(Sequence sequence) const;
  /// The levels that hold files, family by family.
  [[nodiscard]] std::vector<StorageLevel> levels() const;
  /// RocksDB's number for a family, as its WAL records carry it.
  [[nodiscard]] std::uint32_t family_id(Family family) const;

 private:
  Store(rocksdb::Env& env, std::filesystem::path directory);
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const;
  [[nodiscard]] bool has_postings() const;

  rocksdb::Env& env_;
  std::filesystem::path directory_;      ///< DIR/log
  std::shared_ptr<StoreErrors> errors_;  ///< A writer's.
  std::unique_ptr<StoreEnv> store_env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  ///< default, events, postings
  std::unique_ptr<rocksdb::WriteBatch> group_;         ///< write_group's, kept for its memory.
};

}  // namespace daybook
