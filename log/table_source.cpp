// RocksDB opens a database whole or not at all: a table file that is missing, or a flip in the MANIFEST, and none of
// the others can be read. But each table file is an ordered map of its own, with its own index, and blocks say
// themselves where they belong. So the files are read one by one.
//
// Within a file RocksDB's iterator stops at a damaged part and cannot be asked where that part ends. It is found by
// seeking: every key of one part fails with the same words (they name the part's offset), and the keys of a part lie
// together, so doubling steps and then halving them find the part's last key without passing over a readable one.
#include "log/table_source.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include "base/bytes.h"
#include "log/status_error.h"

namespace daybook {
namespace {

constexpr std::size_t kKeyBytes = 8;
constexpr std::size_t kReadAheadBytes = 2 * 1024 * 1024;

}  // namespace

TableSource::TableSource(rocksdb::Env& env, std::string path, std::string name)
    : env_(env), path_(std::move(path)), name_(std::move(name)) {}

TableSource::~TableSource() = default;

Result<std::unique_ptr<TableSource>> TableSource::open(rocksdb::Env& env, const std::string& log_directory,
                                                       const std::string& name, bool keep_open) {
  std::unique_ptr<TableSource> source(new TableSource(env, log_directory + "/" + name, name));
  if (auto opened = source->open_file(); !opened) return std::unexpected(std::move(opened.error()));
  if (!source->is_events_family()) return nullptr;
  source->seek(0);
  source->settle(0);
  if (source->at_ == Sequence(0)) {
    source->format_text_ = source->iterator_->value().ToString();
    source->settle(1);
  }
  if (!keep_open || !source->at_) source->close_file();
  return source;
}

Result<void> TableSource::open_file() {
  rocksdb::Options options;
  options.env = &env_;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // Every block is read once.
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  reader_ = std::make_unique<rocksdb::SstFileReader>(options);
  if (const auto status = reader_->Open(path_); !status.ok()) {
    reader_.reset();
    Error error = error_of(status, "");
    error.message = named(std::move(error.message));
    const bool is_environment = error.code == Code::not_found || error.code == Code::io || error.code == Code::denied;
    // A file too short to be one, or of another kind, is damaged too.
    if (!is_environment) error.code = Code::corruption;
    return std::unexpected(std::move(error));
  }
  begin();
  return {};
}

void TableSource::begin() {
  rocksdb::ReadOptions read;
  read.readahead_size = kReadAheadBytes;
  read.total_order_seek = true;
  iterator_.reset(reader_->NewIterator(read));
}

void TableSource::close_file() {
  iterator_.reset();
  reader_.reset();
}

/// Where the properties are damaged, the keys and values will tell.
bool TableSource::is_events_family() const {
  const auto properties = reader_->GetTableProperties();
  return !properties || properties->column_family_name.empty() || properties->column_family_name == "events";
}

Result<void> TableSource::advance(Sequence wanted) {
  if (!at_ || *at_ >= wanted) return {};
  trouble_.clear();
  if (!iterator_) {
    if (auto opened = open_file(); !opened) return opened;
    seek(wanted.value());
  } else {
    iterator_->Next();
  }
  settle(wanted.value());
  if (!at_) close_file();
  return {};
}

Result<std::string_view> TableSource::value() {
  if (!iterator_) {
    if (auto opened = open_file(); !opened) return std::unexpected(std::move(opened.error()));
    seek(at_->value());
  }
  if (!iterator_->Valid()) return fail(Code::io, file() + " changed while it was read");
  const rocksdb::Slice value = iterator_->value();
  return std::string_view(value.data(), value.size());
}

void TableSource::seek(std::uint64_t sequence) {
  // After a failure the same iterator goes on behind the part that it could not read, and does not say so (7.8.3).
  if (!iterator_->status().ok()) begin();
  char key[kKeyBytes];
  store_be64(key, sequence);
  iterator_->Seek(rocksdb::Slice(key, kKeyBytes));
}

/// From where the iterator stands on to the first key at or behind `wanted`, past whatever is damaged.
void TableSource::settle(std::uint64_t wanted) {
  std::uint64_t next = wanted;  // The first sequence that may lie behind what was seen.
  while (true) {
    if (iterator_->Valid()) {
      const rocksdb::Slice key = iterator_->key();
      if (key.size() != kKeyBytes) break;  // Another family's.
      at_ = Sequence(load_be64(key.data()));
      if (at_->value() >= wanted) return;
      iterator_->Next();
      continue;
    }
    if (iterator_->status().ok() || next > kSequenceMax.value()) break;
    trouble_ = failure();
    next = seek_behind_damage(next);
  }
  at_.reset();
}

/// To the first key at or behind `damaged` that is in another part than a damaged one there. Returns where it sought.
std::uint64_t TableSource::seek_behind_damage(std::uint64_t damaged) {
  seek(damaged);
  if (iterator_->Valid() || iterator_->status().ok()) return damaged;
  const std::string first_failure = failure();
  std::uint64_t inside = damaged;
  std::uint64_t step = 1;
  while (inside + step <= kSequenceMax.value() && fails_as(inside + step, first_failure)) {
    inside += step;
    step *= 2;
  }
  std::uint64_t behind = inside + step;
  while (behind - inside > 1) {
    const std::uint64_t middle = inside + (behind - inside) / 2;
    (fails_as(middle, first_failure) ? inside : behind) = middle;
  }
  seek(behind);
  return behind;
}

bool TableSource::fails_as(std::uint64_t sequence, const std::string& first_failure) {
  seek(sequence);
  return !iterator_->Valid() && !iterator_->status().ok() && failure() == first_failure;
}

std::string TableSource::failure() const {
  return named(iterator_->status().ToString());
}

/// What RocksDB says, with the file's name as DIR knows it.
std::string TableSource::named(std::string text) const {
  const std::size_t at = text.find(path_);
  return at == std::string::npos ? file() + ": " + text : text.replace(at, path_.size(), file());
}

}  // namespace daybook
