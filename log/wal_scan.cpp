// Measured on RocksDB 7.8.3: one flipped byte in the WAL, and it opens cleanly with every record behind it gone. From
// the prefix that RocksDB recovers nobody can tell a torn write, which was never acknowledged, from that. The
// difference is what lies behind the damage, so here the damage is not the end of the reading.
//
// Damage is counted in logical records: a damaged fragment spoils the record that it belongs to from its first header
// on, and what follows is damaged too until an intact record begins. A record is intact when all of its checksums hold,
// it parses as a WriteBatch, and RocksDB's sequence in it does not go back: the last keeps bytes that only look
// like a record (a WAL file stored as an event's data) from being taken for one.
#include "log/wal_scan.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "log/wal_block.h"

namespace daybook {
namespace {

constexpr std::string_view kSuffix = ".log";

}  // namespace

std::vector<WalFile> wal_files_of(const std::vector<std::string>& names, std::uint64_t oldest) {
  std::vector<WalFile> files;
  for (const std::string& name : names) {
    const auto number = wal_number_of(name);
    if (number && *number >= oldest) files.push_back({*number, name});
  }
  std::ranges::sort(files, {}, &WalFile::number);
  return files;
}

Result<void> WalScanner::scan_file(FileLayer& files, const std::string& directory, const std::string& relative_name) {
  auto reader = files.open_reader(directory + "/" + relative_name);
  if (!reader) return std::unexpected(std::move(reader.error()));
  begin_file(relative_name);
  while (true) {
    const auto more = scan_next(**reader);
    if (!more) return std::unexpected(more.error());
    if (!*more) return {};
  }
}

void WalScanner::begin_file(const std::string& relative_name) {
  file_ = relative_name;
  block_offset_ = 0;
  in_record_ = false;
  // Not what was last found behind damage: RocksDB may have recovered without it and numbered on from here.
  sequence_end_ = clean_sequence_end_;
}

Result<bool> WalScanner::scan_next(FileReader& reader) {
  const auto filled = reader.read(block_);
  if (!filled) return std::unexpected(filled.error());
  scan_block(std::span<const std::byte>(block_).first(*filled));
  block_offset_ += *filled;
  if (*filled == block_.size()) return true;
  if (in_record_) open_damage(record_offset_, "the file ends inside a record");
  close_damage(block_offset_);
  ++scan_.files;
  return false;
}

void WalScanner::scan_block(std::span<const std::byte> block) {
  std::size_t at = 0;
  while (at < block.size() && !is_wal_padding(at)) {
    const std::uint64_t offset = block_offset_ + at;
    if (const auto fragment = read_wal_fragment(block, at)) {
      take_fragment(*fragment, offset);
      at = fragment->end;
    } else {
      open_damage(in_record_ ? record_offset_ : offset,
                  std::string(fragment.error()).append(" at byte ").append(std::to_string(offset)));
      in_record_ = false;
      at = resume_wal_block(block, at);
    }
  }
}

void WalScanner::take_fragment(const WalFragment& fragment, std::uint64_t offset) {
  const bool begins = fragment.type == WalFragmentType::full || fragment.type == WalFragmentType::first;
  if (begins) {
    if (in_record_) open_damage(record_offset_, "a record without its end before byte " + std::to_string(offset));
    in_record_ = true;
    record_offset_ = offset;
    batch_.begin();
    record_bytes_.clear();
  } else if (!in_record_) {
    open_damage(offset, "a record without its beginning at byte " + std::to_string(offset));
    return;
  }
  batch_.feed(fragment.payload);
  if (on_record_) {
    record_bytes_.append(reinterpret_cast<const char*>(fragment.payload.data()), fragment.payload.size());
  }
  const bool ends = fragment.type == WalFragmentType::full || fragment.type == WalFragmentType::last;
  if (ends) end_record(block_offset_ + fragment.end);
}

void WalScanner::end_record(std::uint64_t end) {
  in_record_ = false;
  const char* const wrong = !batch_.finish()                    ? "not a write batch"
                            : batch_.sequence() < sequence_end_ ? "an older record again"
                                                                : nullptr;
  if (wrong != nullptr) {
    return open_damage(record_offset_, std::string(wrong) + " at byte " + std::to_string(record_offset_));
  }
  if (behind_gap_ && std::ranges::find(batch_.event_keys(), behind_gap_->value()) != batch_.event_keys().end()) {
    open_damage(record_offset_, "what was before byte " + std::to_string(record_offset_) + " is missing");
  }
  close_damage(record_offset_);
  sequence_end_ = batch_.sequence() + batch_.count();
  keep_record(end);
  if (on_record_) on_record_(record_bytes_);
}

void WalScanner::keep_record(std::uint64_t end) {
  ++scan_.records;
  // Whatever was damaged before has something intact behind it now.
  for (auto damage = scan_.damage.rbegin(); damage != scan_.damage.rend() && damage->torn_tail; ++damage) {
    damage->torn_tail = false;
  }
  const auto& keys = batch_.event_keys();
  const bool behind = scan_.damage_count > 0;
  if (!behind) clean_sequence_end_ = sequence_end_;
  if (behind) {
    ++scan_.behind_count;
    if (!keys.empty()) {
      const std::uint64_t largest = *std::ranges::max_element(keys);
      scan_.behind_event_key_max = std::max(largest, scan_.behind_event_key_max.value_or(0));
    }
    if (scan_.behind.size() == kWalBehindListedMax) return;
  }
  WalRecord& record =
      behind ? scan_.behind.emplace_back() : (scan_.last_intact ? *scan_.last_intact : scan_.last_intact.emplace());
  record.file = file_;
  record.offset = record_offset_;
  record.bytes = end - record_offset_;
  record.rocksdb_sequence = batch_.sequence();
  record.event_keys = keys;
}

void WalScanner::open_damage(std::uint64_t offset, std::string reason) {
  if (damage_) return;
  damage_ = WalDamage{.file = file_, .offset = offset, .bytes = 0, .torn_tail = true, .reason = std::move(reason)};
}

void WalScanner::close_damage(std::uint64_t end) {
  if (!damage_) return;
  damage_->bytes = end - damage_->offset;
  ++scan_.damage_count;
  if (scan_.damage.size() == kWalDamageListedMax) scan_.damage.pop_back();
  scan_.damage.push_back(*std::exchange(damage_, std::nullopt));
}

std::optional<std::uint64_t> wal_number_of(std::string_view name) {
  constexpr std::string_view kDirectory = "log/";
  if (name.starts_with(kDirectory)) name.remove_prefix(kDirectory.size());
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

Result<WalScan> scan_wal(FileLayer& files, const std::string& directory, std::uint32_t events_family_id,
                         std::uint64_t oldest, std::optional<Sequence> behind_gap) {
  const auto names = files.list(directory + "/log");
  if (!names) return std::unexpected(names.error());
  const std::vector<WalFile> wal_files = wal_files_of(*names, oldest);
  WalScanner scanner(events_family_id, {}, behind_gap);
  for (const WalFile& file : wal_files) {
    if (auto scanned = scanner.scan_file(files, directory, "log/" + file.name); !scanned) {
      return std::unexpected(std::move(scanned.error()));
    }
  }
  WalScan scan = scanner.take();
  if (!wal_files.empty()) {
    scan.oldest_wal_number = wal_files.front().number;
    scan.newest_wal_number = wal_files.back().number;
  }
  return scan;
}

}  // namespace daybook
