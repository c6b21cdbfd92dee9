// A block lies in a table file, in the WAL, or in both; files that RocksDB was about to remove hold what others hold
// too. So a block is asked for by its place and its chain, and whichever file has it will do.
#include "log/salvage.h"

#include <algorithm>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/sst_file_reader.h>

#include "base/bytes.h"
#include "log/status_error.h"
#include "log/store.h"
#include "log/store_options.h"

namespace daybook {
namespace {

/// RocksDB's id of the events family: it is made right behind the default one.
constexpr std::uint32_t kEventsFamilyId = 1;
constexpr std::size_t kDamageListedMax = 100;

std::string_view view_of(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

Sequence sequence_of(const rocksdb::Slice& key) {
  return Sequence(key.size() == 8 ? load_be64(key.data()) : 0);
}

bool fits(const std::shared_ptr<const Block>& block, Sequence first, const std::optional<Link>& chain) {
  return block != nullptr && block->first_sequence() == first && (!chain || block->chain() == *chain);
}

}  // namespace

struct Salvage::Table {
  std::string name;
  Sequence first;  ///< Of its keys; the widest range where they cannot be read.
  Sequence last;
};

struct Salvage::OpenTable {
  explicit OpenTable(const rocksdb::Options& options) : reader(options) {}
  std::string name;
  rocksdb::SstFileReader reader;
  std::unique_ptr<rocksdb::Iterator> at;
};

Salvage::Salvage(FileLayer& files, std::filesystem::path directory, const Options& options)
    : files_(files),
      directory_(std::move(directory)),
      options_(options),
      tables_env_(files.env()),
      wal_entries_(files, directory_.string()) {}

Salvage::~Salvage() = default;

Result<std::unique_ptr<Salvage>> Salvage::open(FileLayer& files, const std::filesystem::path& directory,
                                               const Options& options) {
  std::unique_ptr<Salvage> salvage(new Salvage(files, directory, options));
  if (auto looked = salvage->look_around(); !looked) return std::unexpected(std::move(looked.error()));
  return salvage;
}

Result<void> Salvage::look_around() {
  const std::string log = (directory_ / "log").string();
  const auto there = files_.exists(log);
  if (!there) return std::unexpected(there.error());
  if (!*there) return {};
  const auto names = files_.list(log);
  if (!names) return std::unexpected(names.error());
  for (const std::string& name : *names) {
    const bool table = name.ends_with(".sst");
    if (!table && !wal_number_of(name)) continue;
    bytes_ += files_.file_bytes(log + "/" + name).value_or(0);
    if (table) look_at_table(name);
  }
  auto scanned = scan_wal(files_, directory_.string(), kEventsFamilyId);
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  wal_ = std::move(*scanned);
  return look_at_wal();
}

std::unique_ptr<Salvage::OpenTable> Salvage::open_table(const std::string& name) {
  const auto families = family_options(options_);
  rocksdb::Options options(database_options(files_.env(), directory_, StoreMode::inspect), families[1].options);
  options.env = &tables_env_;
  auto table = std::make_unique<OpenTable>(options);
  table->name = name;
  const std::string path = (directory_ / "log" / name).string();
  const rocksdb::Status status = table->reader.Open(path);
  if (!status.ok()) {
    tell(Sequence(0), name, error_of(status, "cannot open it").message);
    return nullptr;
  }
  table->at.reset(table->reader.NewIterator(rocksdb::ReadOptions()));
  return table;
}

void Salvage::look_at_table(const std::string& name) {
  const auto table = open_table(name);
  if (!table) return;
  const auto properties = table->reader.GetTableProperties();
  const std::string family = properties ? properties->column_family_name : std::string();
  if (family == "postings" || family == rocksdb::kDefaultColumnFamilyName) return;
  Table found{.name = name, .first = Sequence(0), .last = kSequenceMax};
  rocksdb::Iterator& at = *table->at;
  at.SeekToFirst();
  if (at.Valid()) {
    found.first = sequence_of(at.key());
    if (found.first == Sequence(0)) take_format(at.value().ToString());
  }
  at.SeekToLast();
  if (at.Valid()) {
    found.last = sequence_of(at.key());
    const auto block = parse_stored_block(view_of(at.key()), view_of(at.value()));
    last_seen_ = std::max(last_seen_, block ? (*block)->last_sequence() : found.last);
  }
  tables_.push_back(std::move(found));
}

Result<void> Salvage::look_at_wal() {
  if (auto ready = wal_entries_.rewind(); !ready) return ready;
  while (true) {
    const auto entry = wal_entries_.next();
    if (!entry) return std::unexpected(entry.error());
    if (!*entry) break;
    if (load_be64((*entry)->key.data()) == 0) {
      take_format((*entry)->value);
    } else if (const auto block = parse_stored_block((*entry)->key, (*entry)->value)) {
      last_seen_ = std::max(last_seen_, (*block)->last_sequence());
    }
  }
  return wal_entries_.rewind();
}

void Salvage::tell(Sequence sequence, const std::string& name, std::string message) {
  const std::string file = "log/" + name;
  const auto same = [&](const Damage& one) { return one.sequence == sequence && one.file == file; };
  if (damage_.size() == kDamageListedMax || std::ranges::any_of(damage_, same)) return;
  damage_.push_back({sequence, file, std::move(message), DamagedPart::events});
}

void Salvage::take_format(const std::string& value) {
  if (const auto format = decode_format(value, "the log id in DIR/log"); format && !format_) format_ = *format;
}

Result<std::shared_ptr<const Block>> Salvage::find(Sequence first, const std::optional<Link>& chain) {
  if (auto block = find_in_tables(first, chain)) return block;
  return find_in_wal(first, chain);
}

std::shared_ptr<const Block> Salvage::find_in_tables(Sequence first, const std::optional<Link>& chain) {
  if (open_) {
    // Mostly the next one of the same file.
    if (open_->at->Valid()) open_->at->Next();
    if (auto block = find_in_open_table(first, chain)) return block;
  }
  for (const Table& table : tables_) {
    if (first < table.first || first > table.last) continue;
    if (!open_ || open_->name != table.name) open_ = open_table(table.name);
    if (!open_) continue;
    std::string key;
    append_be64(key, first.value());
    open_->at->Seek(key);
    if (auto block = find_in_open_table(first, chain)) return block;
    const rocksdb::Status status = open_->at->status();
    if (!status.ok()) tell(first, table.name, error_of(status, "cannot read it").message);
  }
  return nullptr;
}

/// What it stands on, where that is the block.
std::shared_ptr<const Block> Salvage::find_in_open_table(Sequence first, const std::optional<Link>& chain) {
  const rocksdb::Iterator& at = *open_->at;
  if (!at.Valid() || sequence_of(at.key()) != first) return nullptr;
  const auto block = parse_stored_block(view_of(at.key()), view_of(at.value()));
  if (!block) {
    tell(first, open_->name, block.error().message);
    return nullptr;
  }
  return fits(*block, first, chain) ? *block : nullptr;
}

/// On from where the last one was found, and once from the beginning: files of an older writer may lie behind.
Result<std::shared_ptr<const Block>> Salvage::find_in_wal(Sequence first, const std::optional<Link>& chain) {
  for (const bool again : {false, true}) {
    if (fits(wal_block_, first, chain)) return wal_block_;
    if (again) {
      if (auto ready = wal_entries_.rewind(); !ready) return std::unexpected(std::move(ready.error()));
    } else if (wal_block_ && wal_block_->first_sequence() > first) {
      continue;
    }
    while (true) {
      const auto entry = wal_entries_.next();
      if (!entry) return std::unexpected(entry.error());
      if (!*entry) break;
      const auto block = parse_stored_block((*entry)->key, (*entry)->value);
      if (!block) continue;
      wal_block_ = *block;
      if (fits(wal_block_, first, chain)) return wal_block_;
    }
  }
  return std::shared_ptr<const Block>();
}

}  // namespace daybook
