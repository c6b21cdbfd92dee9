// An entry is taken for what it is by its value, which is a block with its hash behind it, and not by the number of its
// family, which only the MANIFEST knows.
#include "log/wal_entries.h"

#include <functional>
#include <utility>

#include <rocksdb/write_batch.h>

namespace daybook {
namespace {

constexpr std::size_t kKeyBytes = 8;
/// Which family an entry is of is not asked here.
constexpr std::uint32_t kNoFamily = UINT32_MAX;

/// Hands on what a WriteBatch puts; what else it may hold is not daybook's.
class Puts final : public rocksdb::WriteBatch::Handler {
 public:
  using OnPut = std::function<void(std::string key, std::string value)>;
  explicit Puts(OnPut on_put) : on_put_(std::move(on_put)) {}
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    if (key.size() == kKeyBytes) on_put_(key.ToString(), value.ToString());
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }
  rocksdb::Status SingleDeleteCF(std::uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }
  rocksdb::Status DeleteRangeCF(std::uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status MergeCF(std::uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  void LogData(const rocksdb::Slice&) override {}

 private:
  OnPut on_put_;
};

}  // namespace

Result<void> WalEntries::rewind() {
  readers_.clear();
  entries_.clear();
  trouble_.clear();
  file_.clear();
  damage_count_ = 0;
  scanner_.emplace(kNoFamily, [this](std::string_view bytes) { take_record(bytes); });
  const auto there = files_.exists(directory_ + "/log");
  if (!there) return std::unexpected(there.error());
  if (!*there) return {};
  const auto names = files_.list(directory_ + "/log");
  if (!names) return std::unexpected(names.error());
  for (const WalFile& file : wal_files_of(*names)) {
    const std::string name = "log/" + file.name;
    auto reader = files_.open_reader(directory_ + "/" + name);
    // A writer may have deleted it since: what it held is in a table file by then.
    if (!reader && reader.error().code == Code::not_found) continue;
    if (!reader) return std::unexpected(std::move(reader.error()));
    readers_.emplace_back(name, std::move(*reader));
  }
  return {};
}

Result<std::optional<WalEntry>> WalEntries::next() {
  while (entries_.empty()) {
    const auto more = read_on();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::nullopt;
  }
  WalEntry entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

/// The next block of the files. False: there is none.
Result<bool> WalEntries::read_on() {
  if (readers_.empty()) return false;
  const auto& [name, reader] = readers_.front();
  if (file_.empty()) scanner_->begin_file(name);
  file_ = name;
  const auto more = scanner_->scan_next(*reader);
  if (!more) return std::unexpected(more.error());
  look_for_damage();
  if (!*more) {
    readers_.pop_front();
    file_.clear();
  }
  return true;
}

void WalEntries::look_for_damage() {
  if (scanner_->scan().damage_count == damage_count_) return;
  damage_count_ = scanner_->scan().damage_count;
  const WalDamage& damage = scanner_->scan().damage.back();
  trouble_ = damage.file + ": " + damage.reason;
}

void WalEntries::take_record(std::string_view bytes) {
  look_for_damage();
  Puts found([this](std::string key, std::string value) {
    entries_.push_back({std::move(key), std::move(value), file_, std::exchange(trouble_, {})});
  });
  const rocksdb::WriteBatch batch{std::string(bytes)};
  // The scanner has walked over it, so it is a whole batch; what else it may hold is not ours.
  (void)batch.Iterate(&found);
}

}  // namespace daybook
