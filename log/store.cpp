// Everything RocksDB does for daybook is asked for here, and its statuses end here. Values enter memory only through
// Block::parse, so a damaged value never leaves this file.
#include "log/store.h"

#include <algorithm>
#include <map>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include "base/bytes.h"
#include "base/check.h"
#include "log/postings.h"
#include "log/status_error.h"
#include "log/store_env.h"
#include "log/store_errors.h"
#include "log/store_options.h"

namespace daybook {
namespace {

constexpr std::size_t kLinkBytes = 16;
constexpr std::size_t kGroupBytesKept = 8 * 1024 * 1024;  // of the memory that a group is put together in

rocksdb::Slice slice_of(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Result<void> result_of(const rocksdb::Status& status, const char* what) {
  if (status.ok()) return {};
  return std::unexpected(error_of(status, what));
}

std::string sequence_key(Sequence sequence) {
  std::string key;
  append_be64(key, sequence.value());
  return key;
}

/// Why a database that must be there cannot be opened. A file of it that is missing, or a name in CURRENT that leads
/// nowhere, is damage: that there is no log at all is said by FORMAT, not by RocksDB.
Error cannot_open(const rocksdb::Status& status, const std::string& path) {
  Error error = error_of(status, "cannot open " + path);
  if (error.code == Code::not_found || error.code == Code::invalid) {
    error.code = Code::corruption;
    error.message =
        "corruption in log/, from CURRENT on: " + error.message + "; restore a copy, or see `daybook repair`";
  }
  return error;
}

Result<std::vector<std::string>> family_names(rocksdb::Env& env, const std::filesystem::path& log_directory) {
  std::vector<std::string> names;
  const std::string path = log_directory.string();
  const auto status =
      rocksdb::DB::ListColumnFamilies(database_options(env, log_directory, StoreMode::inspect), path, &names);
  if (!status.ok()) return std::unexpected(cannot_open(status, path));
  return names;
}

}  // namespace

Result<std::shared_ptr<const Block>> parse_stored_block(std::string_view key, std::string_view value) {
  if (key.size() != 8 || value.size() < kLinkBytes) return fail(Code::corruption, "the stored value is no block");
  Link link;
  std::memcpy(link.bytes.data(), value.data() + value.size() - kLinkBytes, kLinkBytes);
  auto block = Block::parse(std::as_bytes(std::span(value.data(), value.size() - kLinkBytes)), link);
  if (block && (*block)->first_sequence().value() != load_be64(key.data())) {
    return fail(Code::corruption,
                "the block says that it begins at " + std::to_string((*block)->first_sequence().value()));
  }
  return block;
}

std::optional<std::string> table_file_in(std::string_view message) {
  constexpr std::string_view kSuffix = ".sst";
  const std::size_t end = message.find(kSuffix);
  if (end == std::string_view::npos) return std::nullopt;
  std::size_t begin = end;
  while (begin > 0 && message[begin - 1] >= '0' && message[begin - 1] <= '9') --begin;
  if (begin == end) return std::nullopt;
  return "log/" + std::string(message.substr(begin, end - begin)) + std::string(kSuffix);
}

StoreIterator::StoreIterator(std::unique_ptr<rocksdb::Iterator> iterator) : iterator_(std::move(iterator)) {}
StoreIterator::~StoreIterator() = default;
StoreIterator::StoreIterator(StoreIterator&&) noexcept = default;
StoreIterator& StoreIterator::operator=(StoreIterator&&) noexcept = default;
void StoreIterator::seek(std::string_view key) {
  iterator_->Seek(slice_of(key));
}
void StoreIterator::seek_for_previous(std::string_view key) {
  iterator_->SeekForPrev(slice_of(key));
}
void StoreIterator::next() {
  iterator_->Next();
}
void StoreIterator::previous() {
  iterator_->Prev();
}
bool StoreIterator::valid() const {
  return iterator_->Valid();
}
std::string_view StoreIterator::key() const {
  return view_of(iterator_->key());
}
std::string_view StoreIterator::value() const {
  return view_of(iterator_->value());
}
Result<void> StoreIterator::status() const {
  return result_of(iterator_->status(), "cannot read DIR/log");
}

Store::Store(rocksdb::Env& env, std::filesystem::path directory) : env_(env), directory_(std::move(directory)) {}

Store::~Store() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : handles_) db_->DestroyColumnFamilyHandle(family);
  db_->Close();
}

Result<std::unique_ptr<Store>> Store::open(rocksdb::Env& env, const std::filesystem::path& directory, StoreMode mode,
                                           const Options& options) {
  std::unique_ptr<Store> store(new Store(env, directory / "log"));
  const std::string path = store->directory_.string();
  rocksdb::DBOptions db_options = database_options(env, directory, mode);
  auto families = family_options(options);
  // A compaction that meets damage in them would make the database read-only.
  if (mode == StoreMode::reindex) families.back().options.disable_auto_compactions = true;
  store->store_env_ = std::make_unique<StoreEnv>(env);
  db_options.env = store->store_env_.get();
  if (may_write(mode)) {
    store->errors_ = std::make_shared<StoreErrors>();
    db_options.listeners.push_back(store->errors_);
  } else {
    // A crash inside drop_postings leaves none; a reader can do without.
    const auto names = family_names(env, store->directory_);
    if (!names) return std::unexpected(names.error());
    if (std::ranges::find(*names, "postings") == names->end()) families.pop_back();
  }
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  switch (mode) {
    case StoreMode::create:
    case StoreMode::write:
    case StoreMode::reindex:
      status = rocksdb::DB::Open(db_options, path, families, &store->handles_, &db);
      break;
    case StoreMode::inspect:
      status = rocksdb::DB::OpenForReadOnly(db_options, path, families, &store->handles_, &db);
      break;
    case StoreMode::follow:
      // The second path would hold the follower's own LOG; it has none.
      status = rocksdb::DB::OpenAsSecondary(db_options, path, path, families, &store->handles_, &db);
      break;
  }
  store->db_.reset(db);
  if (status.ok()) return store;
  return std::unexpected(mode == StoreMode::create ? error_of(status, "cannot open " + path)
                                                   : cannot_open(status, path));
}

Result<bool> Store::exists(rocksdb::Env& env, const std::filesystem::path& directory) {
  if (!env.FileExists((directory / "log" / "CURRENT").string()).ok()) return false;
  const auto names = family_names(env, directory / "log");
  if (!names) return std::unexpected(names.error());
  return std::ranges::find(*names, "events") != names->end();
}

rocksdb::ColumnFamilyHandle* Store::handle(Family family) const {
  return handles_[family == Family::events ? 1 : 2];
}

bool Store::has_postings() const {
  return handles_.size() > 2;
}

std::uint32_t Store::family_id(Family family) const {
  return handle(family)->GetID();
}

Result<std::optional<Format>> Store::format() const {
  std::string value;
  const auto status = db_->Get({}, handle(Family::events), sequence_key(Sequence(0)), &value);
  if (status.IsNotFound()) return std::optional<Format>();
  if (!status.ok()) return std::unexpected(error_of(status, "cannot read the log id in DIR/log"));
  const auto format = decode_format(value, "the log id in DIR/log");
  if (!format) return std::unexpected(format.error());
  return *format;
}

Result<void> Store::put_format(const Format& format) {
  rocksdb::WriteOptions write;
  write.sync = true;
  return result_of(db_->Put(write, handle(Family::events), sequence_key(Sequence(0)), encode_format(format)),
                   "cannot write the log id");
}

Result<void> Store::write_group(std::span<const std::shared_ptr<const Block>> blocks, bool sync) {
  std::size_t bytes = 64;
  for (const auto& block : blocks) bytes += block->bytes().size() + 64;
  // Memory that is used for the first time costs more than the copy into it.
  if (!group_ || bytes > kGroupBytesKept) group_ = std::make_unique<rocksdb::WriteBatch>(bytes);
  rocksdb::WriteBatch& batch = *group_;
  batch.Clear();
  for (const auto& block : blocks) {
    char key[8];
    store_be64(key, block->first_sequence().value());
    const rocksdb::Slice key_slice(key, sizeof key);
    const auto block_bytes = block->bytes();
    const rocksdb::Slice parts[] = {{reinterpret_cast<const char*>(block_bytes.data()), block_bytes.size()},
                                    {reinterpret_cast<const char*>(block->link().bytes.data()), kLinkBytes}};
    const auto status =
        batch.Put(handle(Family::events), rocksdb::SliceParts(&key_slice, 1), rocksdb::SliceParts(parts, 2));
    if (!status.ok()) return result_of(status, "cannot prepare the write");
  }
  rocksdb::WriteOptions write;
  write.sync = sync;
  const auto status = db_->Write(write, &batch);
  if (bytes > kGroupBytesKept) group_.reset();
  return result_of(status, "cannot write to DIR/log");
}

Result<void> Store::sync_wal() {
  // RocksDB's writer of a file that failed once aborts the process when it is asked again (7.8.3, built with
  // assertions, as Debian's is); and a flush may have failed at an older WAL file, which this would sync too.
  if (errors_->any()) return fail(Code::io, "an earlier write in DIR/log failed; the log must be opened again");
  return result_of(db_->SyncWAL(), "cannot sync DIR/log");
}

Result<void> Store::flush() {
  return result_of(db_->Flush(rocksdb::FlushOptions(), handle(Family::events)), "cannot flush DIR/log");
}

Result<void> Store::begin_flush() {
  rocksdb::FlushOptions begin;
  begin.wait = false;
  begin.allow_write_stall = true;  // else it may wait for an earlier one
  return result_of(db_->Flush(begin, handle(Family::events)), "cannot flush DIR/log");
}

Result<std::uint64_t> Store::oldest_needed_wal_number() const {
  std::uint64_t number = 0;
  if (db_->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &number)) return number;
  return fail(Code::io, "cannot tell which WAL files DIR/log still needs");
}

Result<std::uint64_t> Store::wal_number() const {
  std::unique_ptr<rocksdb::LogFile> file;
  const auto status = db_->GetCurrentWalFile(&file);
  if (!status.ok()) return std::unexpected(error_of(status, "cannot name the WAL file"));
  return file->LogNumber();
}

Result<std::shared_ptr<const Block>> Store::block_at(Sequence sequence) const {
  StoreIterator at = iterate(Family::events);
  at.seek_for_previous(sequence_key(sequence));
  if (!at.valid()) {
    if (auto ok = at.status(); !ok) return std::unexpected(std::move(ok.error()));
    return nullptr;
  }
  if (at.key().size() == 8 && load_be64(at.key().data()) == 0) return std::shared_ptr<const Block>();
  return block_of(at);
}

Result<std::shared_ptr<const Block>> Store::block_of(const StoreIterator& at) const {
  auto block = parse_stored_block(at.key(), at.value());
  if (block || block.error().code != Code::corruption) return block;
  const Sequence first(at.key().size() == 8 ? load_be64(at.key().data()) : 0);
  block.error().message = "corruption at sequence " + std::to_string(first.value()) + " in " + file_of(first) + ": " +
                          block.error().message + "; run `daybook verify`";
  return block;
}

Sequence Store::last_flushed() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  Sequence last;
  for (const auto& file : files) {
    if (file.column_family_name == "events" && file.largestkey.size() >= 8) {
      last = std::max(last, Sequence(load_be64(file.largestkey.data())));
    }
  }
  return last;
}

Result<std::optional<HeadEntry>> Store::stream_head(std::string_view stream) const {
  if (!has_postings()) return std::nullopt;
  rocksdb::PinnableSlice value;
  const auto status = db_->Get({}, handle(Family::postings), head_key(stream), &value);
  if (status.IsNotFound()) return std::optional<HeadEntry>();
  if (!status.ok()) return std::unexpected(error_of(status, "cannot read a stream's head"));
  const auto head = decode_head(view_of(value));
  if (!head)
    return fail(Code::corruption,
                "the head of the stream " + std::string(stream) + " is malformed; run `daybook verify`");
  return head;
}

Result<std::optional<KeyEntry>> Store::key(const IdempotencyKey& key) const {
  if (!has_postings()) return std::nullopt;
  rocksdb::PinnableSlice value;
  const auto status = db_->Get({}, handle(Family::postings), idempotency_key(key), &value);
  if (status.IsNotFound()) return std::optional<KeyEntry>();
  if (!status.ok()) return std::unexpected(error_of(status, "cannot read an idempotency key"));
  const auto entry = decode_key(view_of(value));
  if (!entry)
    return fail(Code::corruption, "the entry of the key " + key.text() + " is malformed; run `daybook verify`");
  return entry;
}

StoreIterator Store::iterate(Family family, bool prefix_bound, bool fill_cache) const {
  if (family == Family::postings && !has_postings()) {
    return StoreIterator(std::unique_ptr<rocksdb::Iterator>(rocksdb::NewEmptyIterator()));
  }
  rocksdb::ReadOptions read;
  read.fill_cache = fill_cache;
  read.prefix_same_as_start = prefix_bound;
  read.total_order_seek = !prefix_bound;
  return StoreIterator(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read, handle(family))));
}

Result<void> Store::ingest(const std::function<void(const EntrySink& sink)>& entries) {
  // A crash may have left this name, as a second one of a table file that was taken in: so it is unlinked, never
  // written over.
  const std::string path = (directory_ / "postings.tmp").string();
  const auto unlinked = env_.DeleteFile(path);
  if (!unlinked.ok() && !unlinked.IsNotFound() && !unlinked.IsPathNotFound()) {
    return result_of(unlinked, "cannot remove log/postings.tmp");
  }
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), db_->GetOptions(handle(Family::postings)),
                                handle(Family::postings));
  auto status = writer.Open(path);
  if (status.ok()) {
    entries([&](std::string_view key, std::string_view value) {
      if (status.ok()) status = writer.Put(rocksdb::Slice(key), rocksdb::Slice(value));
    });
  }
  if (status.ok()) status = writer.Finish();
  if (!status.ok()) return result_of(status, "cannot write postings");
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  ingest.write_global_seqno = false;
  store_env_->begin_ingestion(path);
  status = db_->IngestExternalFile(handle(Family::postings), {path}, ingest);
  store_env_->end_ingestion();
  return result_of(status, "cannot take postings in");
}

Result<void> Store::drop_postings() {
  rocksdb::ColumnFamilyDescriptor descriptor;
  auto status = handle(Family::postings)->GetDescriptor(&descriptor);
  if (status.ok()) status = db_->DropColumnFamily(handle(Family::postings));
  if (status.ok()) status = db_->DestroyColumnFamilyHandle(handles_[2]);
  descriptor.options.disable_auto_compactions = false;
  if (status.ok()) status = db_->CreateColumnFamily(descriptor.options, descriptor.name, &handles_[2]);
  return result_of(status, "cannot drop the postings");
}

Result<void> Store::refresh() {
  return result_of(db_->TryCatchUpWithPrimary(), "cannot follow the writer");
}

std::vector<StorageLevel> Store::levels() const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  std::map<std::pair<std::string, int>, StorageLevel> by_place;
  for (const auto& file : files) {
    StorageLevel& level = by_place[{file.column_family_name, file.level}];
    level.family = file.column_family_name;
    level.level = file.level;
    ++level.files;
    level.bytes += file.size;
  }
  std::vector<StorageLevel> levels;
  for (auto& [place, level] : by_place) levels.push_back(std::move(level));
  return levels;
}

std::string Store::file_of(Sequence sequence) const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  const std::string key = sequence_key(sequence);
  for (const auto& file : files) {
    if (file.column_family_name == "events" && file.smallestkey <= key && key <= file.largestkey) {
      return "log" + file.name;
    }
  }
  return "log/*.log";
}

}  // namespace daybook
