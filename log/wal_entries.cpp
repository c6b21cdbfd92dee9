// An entry is taken for what it is by its value, which is a block with its hash behind it, and not by the number of its
// family, which only the MANIFEST knows.
#include "log/wal_entries.h"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include <rocksdb/write_batch.h>

#include "log/wal_scan.h"

namespace daybook {
namespace {

constexpr std::size_t kKeyBytes = 8;
constexpr std::size_t kBatchHeaderBytes = 12;

/// Collects what a WriteBatch puts; what else it may hold is not daybook's.
class Puts final : public rocksdb::WriteBatch::Handler {
 public:
  Puts(std::deque<WalEntry>& entries, const std::string& file) : entries_(entries), file_(file) {}
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    if (key.size() == kKeyBytes) entries_.push_back({key.ToString(), value.ToString(), file_});
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }
  void LogData(const rocksdb::Slice&) override {}

 private:
  std::deque<WalEntry>& entries_;
  const std::string& file_;
};

}  // namespace

Result<void> WalEntries::rewind() {
  const auto names = files_.list(directory_ + "/log");
  if (!names) return std::unexpected(names.error());
  std::map<std::uint64_t, std::string, std::greater<>> by_number;
  for (const std::string& name : *names) {
    if (const auto number = wal_number_of(name)) by_number.emplace(*number, name);
  }
  names_.clear();
  for (auto& [number, name] : by_number) names_.push_back(std::move(name));
  reader_.reset();
  entries_.clear();
  return {};
}

Result<std::optional<WalEntry>> WalEntries::next() {
  while (entries_.empty()) {
    const auto more = read_block();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::nullopt;
  }
  WalEntry entry = std::move(entries_.front());
  entries_.pop_front();
  return entry;
}

/// The next block of the files. False: there is none.
Result<bool> WalEntries::read_block() {
  if (!reader_) {
    if (names_.empty()) return false;
    file_ = "log/" + names_.back();
    names_.pop_back();
    auto opened = files_.open_reader(directory_ + "/" + file_);
    if (!opened) return std::unexpected(std::move(opened.error()));
    reader_ = std::move(*opened);
    in_record_ = false;
  }
  block_.resize(kWalBlockBytes);
  const auto filled = reader_->read(block_);
  if (!filled) return std::unexpected(filled.error());
  const std::span<const std::byte> block = std::span<const std::byte>(block_).first(*filled);
  for (std::size_t at = 0; at < block.size() && !is_wal_padding(at);) {
    if (const auto fragment = read_wal_fragment(block, at)) {
      take_fragment(*fragment);
      at = fragment->end;
    } else {
      in_record_ = false;
      at = resume_wal_block(block, at);
    }
  }
  if (*filled < block_.size()) reader_.reset();
  return true;
}

void WalEntries::take_fragment(const WalFragment& fragment) {
  const bool begins = fragment.type == WalFragmentType::full || fragment.type == WalFragmentType::first;
  if (begins) {
    record_.clear();
    in_record_ = true;
  }
  if (!in_record_) return;
  record_.append(reinterpret_cast<const char*>(fragment.payload.data()), fragment.payload.size());
  const bool ends = fragment.type == WalFragmentType::full || fragment.type == WalFragmentType::last;
  if (ends) end_record();
}

void WalEntries::end_record() {
  in_record_ = false;
  if (record_.size() < kBatchHeaderBytes) return;
  const std::size_t before = entries_.size();
  Puts found(entries_, file_);
  const rocksdb::WriteBatch batch(record_);
  // Bytes that only look like a batch: none of it counts.
  if (!batch.Iterate(&found).ok()) entries_.resize(before);
}

}  // namespace daybook
