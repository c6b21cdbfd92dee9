// Why one key space for rows and record: RocksDB flushes and recovers a column family as a unit, so whatever it brings
// back after a crash (a prefix of the batches) holds state and record of one and the same batch. Rows stand behind the
// byte 's', the record under 'r'.
//
// Why readers look twice at the directory: a read-only open reads the MANIFEST first and the write-ahead logs after
// it. A runner that flushes in between deletes a log whose rows the MANIFEST just read does not know of, and RocksDB
// 7.8 opens such a state with a hole in it, silently. A log is deleted only after the MANIFEST has grown; so an open
// during which the MANIFEST kept its name and length saw everything, and any other is done again.
#include "projections/state_store.h"

#include <thread>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "base/check.h"
#include "base/planted_bug.h"
#include "log/file_layer.h"
#include "log/store_env.h"
#include "log/store_errors.h"
#include "log/store_options.h"

namespace daybook {
namespace {

constexpr char kRowByte = 's';
constexpr char kRowEndByte = 't';
constexpr std::string_view kRecordKey = "r";
constexpr std::size_t kCacheBytes = 16 * 1024 * 1024;
constexpr int kReaderOpensMax = 100;

Error translate(const rocksdb::Status& status, const std::filesystem::path& directory) {
  const std::string text = status.ToString();
  const std::string where = "projection state in " + directory.string() + ": ";
  if (status.IsCorruption()) {
    return {.code = Code::corruption,
            .message = where + text + "; delete this folder and run the projection again, which rebuilds it"};
  }
  // Both of RocksDB's own messages for a taken LOCK file, of this process and of another one.
  if (status.IsBusy() || text.find("lock hold by current process") != std::string::npos ||
      text.find("While lock file") != std::string::npos) {
    return {.code = Code::busy, .message = where + "another runner of this projection has it open; stop it first"};
  }
  if (text.find("Permission denied") != std::string::npos) return {.code = Code::denied, .message = where + text};
  return {.code = Code::io, .message = where + text};
}

rocksdb::Options store_options(rocksdb::Env& env, bool writer, std::size_t write_buffer_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  set_filter(table);
  rocksdb::Options options;
  set_common_options(options, env);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.create_if_missing = writer;
  options.info_log = silent_logger();
  options.write_buffer_size = write_buffer_bytes;
  options.max_total_wal_size = 4 * write_buffer_bytes;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  // Rows are written in order, so each stands close behind the last one: the memtable begins to look there. RocksDB 7.8
  // keeps what it learns of its list of rows and of its list of ranges in one place, under the same prefix; a range
  // begins with a key of one byte, which has no prefix of two.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(2));
  options.listeners.push_back(std::make_shared<StoreErrors>());
  return options;
}

// What tells whether the writer flushed: the current MANIFEST's name and length.
struct ManifestMark {
  std::string name;
  std::uint64_t length = 0;
  friend bool operator==(const ManifestMark&, const ManifestMark&) = default;
};

std::optional<ManifestMark> manifest_mark(rocksdb::Env& env, const std::filesystem::path& directory) {
  std::string current;
  if (!rocksdb::ReadFileToString(&env, (directory / "CURRENT").string(), &current).ok()) {
    return std::nullopt;
  }
  while (!current.empty() && current.back() == '\n') current.pop_back();
  std::uint64_t length = 0;
  if (!env.GetFileSize((directory / current).string(), &length).ok()) return std::nullopt;
  return ManifestMark{std::move(current), length};
}

Result<std::unique_ptr<rocksdb::DB>> open_snapshot(rocksdb::Env& env, StoreEnv& store_env,
                                                   const std::filesystem::path& directory) {
  rocksdb::Options options = store_options(env, false, StateStore::kWriteBufferBytes);
  options.env = &store_env;
  rocksdb::Status status;
  for (int attempt = 0; attempt < kReaderOpensMax; ++attempt) {
    if (!env.FileExists((directory / "CURRENT").string()).ok()) {
      return fail(Code::not_found, "no projection state in " + directory.string());
    }
    const std::optional<ManifestMark> before = manifest_mark(env, directory);
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(options, directory.string(), &db);
    std::unique_ptr<rocksdb::DB> owned(db);
    const bool unchanged = before.has_value() && before == manifest_mark(env, directory);
    if (status.ok() && unchanged) return owned;
    if (!status.ok() && unchanged && !status.IsIOError()) break;  // The writer is not the reason.
    std::this_thread::yield();
  }
  if (status.ok()) {
    return fail(Code::busy, "projection state in " + directory.string() + ": its runner never stood still; try again");
  }
  return std::unexpected(translate(status, directory));
}

}  // namespace

struct StateStore::Impl {
  std::filesystem::path directory;
  bool writer = false;
  bool written = false;
  std::unique_ptr<StoreEnv> env;
  std::unique_ptr<rocksdb::DB> db;
  std::string key{kRowByte};  ///< Reused: the row byte, then the key at hand.
  rocksdb::PinnableSlice slice;

  rocksdb::Slice row_key(std::string_view row) {
    key.resize(1);
    key.append(row);
    return key;
  }
};

struct StateStore::Batch::Impl {
  rocksdb::WriteBatch changes;
  std::string key{kRowByte};

  rocksdb::Slice row_key(std::string_view row) {
    key.resize(1);
    key.append(row);
    return key;
  }
};

StateStore::Batch::Batch() : impl_(std::make_unique<Impl>()) {}
StateStore::Batch::~Batch() = default;

// A WriteBatch without a size limit and without protection bytes cannot fail to take an entry.
void StateStore::Batch::put(std::string_view key, std::string_view value) {
  DAYBOOK_CHECK(impl_->changes.Put(impl_->row_key(key), rocksdb::Slice(value)).ok(), "an unbounded batch takes a put");
}

void StateStore::Batch::erase(std::string_view key) {
  DAYBOOK_CHECK(impl_->changes.Delete(impl_->row_key(key)).ok(), "an unbounded batch takes a delete");
}

void StateStore::Batch::erase_all() {
  DAYBOOK_CHECK(impl_->changes.DeleteRange(rocksdb::Slice(&kRowByte, 1), rocksdb::Slice(&kRowEndByte, 1)).ok(),
                "an unbounded batch takes a range");
}

StateStore::StateStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<StateStore>> StateStore::open(const std::filesystem::path& directory, Access access,
                                                     std::size_t write_buffer_bytes, rocksdb::Env* env) {
  rocksdb::Env& files = env != nullptr ? *env : *rocksdb::Env::Default();
  auto impl = std::make_unique<Impl>();
  impl->directory = directory;
  impl->writer = access == Access::read_write;
  impl->env = std::make_unique<StoreEnv>(files);
  if (impl->writer) {
    if (auto made = FileLayer(files).create_directories(directory.string()); !made) {
      return std::unexpected(std::move(made.error()));
    }
    rocksdb::Options options = store_options(files, true, write_buffer_bytes);
    options.env = impl->env.get();
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = rocksdb::DB::Open(options, directory.string(), &db);
    if (!status.ok()) return std::unexpected(translate(status, directory));
    impl->db.reset(db);
  } else {
    auto db = open_snapshot(files, *impl->env, directory);
    if (!db) return std::unexpected(std::move(db.error()));
    impl->db = std::move(*db);
  }
  return std::unique_ptr<StateStore>(new StateStore(std::move(impl)));
}

StateStore::~StateStore() {
  // Only a convenience for the next opener; what a failure leaves behind is replayed from the write-ahead log.
  if (impl_->written) impl_->db->Flush(rocksdb::FlushOptions()).PermitUncheckedError();
}

Result<bool> StateStore::get(std::string_view key, std::string& value) {
  impl_->slice.Reset();
  const rocksdb::Status status =
      impl_->db->Get(rocksdb::ReadOptions(), impl_->db->DefaultColumnFamily(), impl_->row_key(key), &impl_->slice);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return std::unexpected(translate(status, impl_->directory));
  value.assign(impl_->slice.data(), impl_->slice.size());
  return true;
}

Result<void> StateStore::scan_after(std::string_view prefix, std::string_view after, const StateRow& row) {
  const std::string begin = kRowByte + std::string(prefix);
  // The next key behind `after` is that key and a zero byte.
  const std::string start = after < prefix ? begin : kRowByte + std::string(after) + '\0';
  std::unique_ptr<rocksdb::Iterator> at(impl_->db->NewIterator(rocksdb::ReadOptions()));
  for (at->Seek(start); at->Valid() && at->key().starts_with(begin); at->Next()) {
    const std::string_view key = at->key().ToStringView().substr(1);
    if (!row(key, at->value().ToStringView())) return {};
  }
  if (!at->status().ok()) return std::unexpected(translate(at->status(), impl_->directory));
  return {};
}

Result<std::optional<std::string>> StateStore::record() {
  std::string value;
  const rocksdb::Status status = impl_->db->Get(rocksdb::ReadOptions(), rocksdb::Slice(kRecordKey), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(translate(status, impl_->directory));
  return value;
}

Result<void> StateStore::write(Batch& batch, std::string_view record) {
  DAYBOOK_CHECK(impl_->writer, "a read-only state is never written");
  DAYBOOK_CHECK(batch.impl_->changes.Put(rocksdb::Slice(kRecordKey), rocksdb::Slice(record)).ok(),
                "an unbounded batch takes a put");
  if (planted(Bug::projection_checkpoint_first)) impl_->db->Put({}, kRecordKey, record);
  const rocksdb::Status status = impl_->db->Write(rocksdb::WriteOptions(), &batch.impl_->changes);
  if (!status.ok()) return std::unexpected(translate(status, impl_->directory));
  impl_->written = true;
  return {};
}

}  // namespace daybook
