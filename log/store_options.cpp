// Figures are from the design's prototypes on RocksDB 7.8.3 (docs/architecture.md, Order without slowing down).
#include "log/store_options.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>

#include "log/event_memtable.h"
#include "log/term.h"
#include "log/wal_checksum.h"

namespace daybook {
namespace {

/// What the filter knows: the prefix of a chunk's key is its term; of other kinds, which are looked up whole, all of
/// it.
class TermPrefix final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "daybook.TermPrefix"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override { return {key.data(), prefix_bytes(key)}; }
  bool InDomain(const rocksdb::Slice& key) const override { return prefix_bytes(key) != 0; }

 private:
  static std::size_t prefix_bytes(const rocksdb::Slice& key) {
    if (key.empty()) return 0;
    const auto kind = static_cast<TermKind>(key[0]);
    if (kind == TermKind::correlation) return key.size() >= 17 ? 17 : 0;
    if (!is_text(kind)) return key.size();
    const std::size_t end = std::string_view(key.data(), key.size()).find('\0', 1);
    return end == std::string_view::npos ? 0 : end + 1;
  }
};

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

/// tmpfs and some others refuse O_DIRECT; then RocksDB must not ask for it.
bool has_direct_io(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  ::close(fd);
  return true;
}

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;  // so that storage_cache_bytes bounds them too
  table.checksum = rocksdb::kXXH3;
  table.block_size = 16 * 1024;
  table.format_version = 5;
  return table;
}

}  // namespace

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::shared_ptr<rocksdb::Logger> silent_logger() {
  return std::make_shared<SilentLogger>();
}

void set_common_options(rocksdb::DBOptions& db, rocksdb::Env& env) {
  db.env = &env;
  db.max_bgerror_resume_count = 0;         // no silent resumption: what failed stays so until it is opened again
  db.db_host_id = "";                      // the machine's name has no place in a directory that is handed on
  db.skip_stats_update_on_db_open = true;  // opening reads no table properties
  db.stats_dump_period_sec = 0;            // nobody reads them, and nothing here is to happen by RocksDB's own timer
  db.stats_persist_period_sec = 0;
  // An Env that is not the disk's is a test's, which wants the same calls in the same order each time.
  if (&env != rocksdb::Env::Default()) db.max_file_opening_threads = 1;
}

void set_filter(rocksdb::BlockBasedTableOptions& table) {
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 16 * 1024;
}

rocksdb::DBOptions database_options(rocksdb::Env& env, const std::filesystem::path& directory, StoreMode mode) {
  raise_file_limit();                         // readers hold every table file open: RocksDB asks it of a follower
  static_cast<void>(wal_checksum_is_fast());  // asking links it in, and that is all it takes
  rocksdb::DBOptions db;
  const bool writer = may_write(mode);
  set_common_options(db, env);
  db.create_if_missing = mode == StoreMode::create;
  db.create_missing_column_families = writer;  // a crash inside drop_postings leaves none
  db.max_background_jobs = 2;
  db.max_total_wal_size = 1ull << 30;
  db.recycle_log_file_num = 0;             // recycling is silently off or crashes in 7.8.3
  db.avoid_flush_during_recovery = false;  // what was recovered is then in synced table files
  db.keep_log_file_num = 5;
  db.allow_concurrent_memtable_write = false;  // one thread writes
  db.enable_write_thread_adaptive_yield = false;
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.paranoid_checks = true;
  db.use_direct_io_for_flush_and_compaction = writer && &env == rocksdb::Env::Default() && has_direct_io(directory);
  if (!writer) {
    db.info_log = silent_logger();
    db.max_open_files = -1;
  }
  return db;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const Options& options) {
  const auto cache = rocksdb::NewLRUCache(options.storage_cache_bytes);
  const auto compression = options.compression == Compression::lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;

  // Level compaction: monotonic keys move trivially (write amplification 2.05-2.1; universal: 3.3).
  rocksdb::ColumnFamilyOptions events;
  events.write_buffer_size = 64 * 1024 * 1024;
  events.max_write_buffer_number = 4;
  events.memtable_factory = event_memtables();
  events.arena_block_size = 256 * 1024;  // of which such a memtable needs next to nothing
  events.compression = compression;
  rocksdb::BlockBasedTableOptions event_table = table_options(cache);
  event_table.max_auto_readahead_size = 1024 * 1024;  // a long scan reads the disk in pieces of this size
  events.table_factory.reset(rocksdb::NewBlockBasedTableFactory(event_table));

  // Every sorted file holds terms from all over, so that by levels each few of them would have all of the first level
  // written anew. Files of a like size are merged instead: each entry is written about as often as the log doubles.
  rocksdb::ColumnFamilyOptions postings;
  postings.compaction_style = rocksdb::kCompactionStyleUniversal;
  postings.level0_file_num_compaction_trigger = 6;
  postings.compression = compression;
  postings.prefix_extractor = std::make_shared<TermPrefix>();
  rocksdb::BlockBasedTableOptions table = table_options(cache);
  set_filter(table);
  // With prefixes and whole keys RocksDB 7.8 counts by two where it asks for a new piece at one number exactly, misses
  // it, and goes on with one piece of a megabyte. (Files of before hold the same texts, and more.)
  table.whole_key_filtering = false;
  postings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));

  return {
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions()}, {"events", events}, {"postings", postings}};
}

}  // namespace daybook
