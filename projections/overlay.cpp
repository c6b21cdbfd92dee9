// Why a hash map and not RocksDB's indexed batch: a fold touches the same few rows again and again (a total, a country,
// a popular product), and a row that is changed a thousand times between two checkpoints is written once.
//
// Why rows are written in the order of their keys: RocksDB's memtable then finds each place beside the last one.
//
// Why an overlay may know that it holds all rows: a fold from the start asks for each new row first, and would look for
// it in vain in a store that this overlay alone filled.
//
// Why an undo list: nearly every event is kept, so keeping must cost nothing; discarding may cost.
#include "projections/overlay.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace daybook {
namespace {

// What a row costs beside its key and value: node, strings' heads, hash bucket.
constexpr std::size_t kRowOverheadBytes = 128;

}  // namespace

Result<void> check_state_key(std::string_view key) {
  if (key.empty()) return fail(Code::invalid, "a state key is empty; it takes 1 to 4096 bytes");
  if (key.size() > kStateKeyBytesMax) {
    return fail(Code::too_large, "a state key has " + std::to_string(key.size()) + " bytes; the limit is 4096");
  }
  return {};
}

std::size_t Overlay::bytes_of(const Rows::value_type& entry) {
  return entry.first.size() + entry.second.value.size() + kRowOverheadBytes;
}

Overlay::Rows::value_type& Overlay::entry_of(std::string_view key) {
  if (recent_ != nullptr && recent_->first == key) return *recent_;
  auto found = rows_.find(key);
  if (found == rows_.end()) {
    found = rows_.emplace(std::string(key), Row{}).first;
    bytes_ += bytes_of(*found);
  }
  recent_ = &*found;
  return *found;
}

Result<bool> Overlay::stored(std::string_view key, std::string& value) {
  if (store_ == nullptr || holds_all_) return false;
  return store_->get(key, value);
}

Result<std::optional<std::string_view>> Overlay::get(std::string_view key) {
  if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
  Row& row = entry_of(key).second;
  if (row.known == Known::no) {
    auto found = stored(key, row.value);
    if (!found) {
      store_failure_ = found.error();
      return std::unexpected(std::move(found.error()));
    }
    row.known = *found ? Known::present : Known::absent;
    bytes_ += row.value.size();
  }
  if (row.known == Known::absent) return std::nullopt;
  return row.value;
}

// The row before its first change within an event is what discard_event() brings back.
void Overlay::remember(Rows::value_type& entry) {
  if (undo_count_ == undo_.size()) undo_.emplace_back();
  Undo& undo = undo_[undo_count_++];
  undo.entry = &entry;
  undo.value.assign(entry.second.value);
  undo.known = entry.second.known;
  undo.dirty = entry.second.dirty;
  entry.second.changed_in = event_;
}

Result<Overlay::Row*> Overlay::prepare_change(std::string_view key, std::size_t value_bytes) {
  if (!in_event_) return fail(Code::unsupported, "a projection's state changes only while an event is applied");
  if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
  if (value_bytes > kStateValueBytesMax) {
    return fail(Code::too_large, "a state value has " + std::to_string(value_bytes) + " bytes; the limit is 8 MiB");
  }
  event_bytes_ += key.size() + value_bytes;
  if (event_bytes_ > kEventChangeBytesMax) {
    return fail(Code::too_large, "one event changes more than 64 MiB of state");
  }
  Rows::value_type& entry = entry_of(key);
  if (entry.second.changed_in != event_) remember(entry);
  if (!entry.second.dirty) {
    entry.second.dirty = true;
    changed_bytes_ += bytes_of(entry);
    dirty_.push_back(&entry);
    if (ordered_) dirty_in_order_.insert(entry.first);
  }
  return &entry.second;
}

void Overlay::set_value(Row& row, std::string_view value) {
  bytes_ = bytes_ - row.value.size() + value.size();
  changed_bytes_ = changed_bytes_ - row.value.size() + value.size();
  row.value.assign(value);
}

Result<void> Overlay::put(std::string_view key, std::string_view value) {
  auto row = prepare_change(key, value.size());
  if (!row) return std::unexpected(std::move(row.error()));
  set_value(**row, value);
  (*row)->known = Known::present;
  return {};
}

Result<void> Overlay::erase(std::string_view key) {
  auto row = prepare_change(key, 0);
  if (!row) return std::unexpected(std::move(row.error()));
  set_value(**row, {});
  (*row)->known = Known::absent;
  return {};
}

Result<void> Overlay::scan(std::string_view prefix,
                           const std::function<bool(std::string_view, std::string_view)>& row) {
  if (!ordered_) {
    for (const Rows::value_type* entry : dirty_) dirty_in_order_.insert(entry->first);
    ordered_ = true;
  }
  // A merge of two sorted lists in which a changed row hides the stored one.
  auto changed = dirty_in_order_.lower_bound(prefix);
  bool go_on = true;
  const auto changed_before = [&](const std::string_view* limit) {
    for (; go_on && changed != dirty_in_order_.end() && changed->starts_with(prefix); ++changed) {
      if (limit != nullptr && *changed >= *limit) break;
      const Row& found = rows_.find(*changed)->second;
      if (found.dirty && found.known == Known::present) go_on = row(*changed, found.value);
    }
    return go_on;
  };
  if (store_ != nullptr) {
    auto scanned = store_->scan(prefix, [&](std::string_view key, std::string_view value) {
      if (!changed_before(&key)) return false;
      const auto held = rows_.find(key);
      if (held == rows_.end() || !held->second.dirty) go_on = row(key, value);
      return go_on;
    });
    if (!scanned) {
      store_failure_ = scanned.error();
      return scanned;
    }
  }
  changed_before(nullptr);
  return {};
}

void Overlay::begin_event() {
  DAYBOOK_CHECK(!in_event_, "events are folded one after the other");
  in_event_ = true;
  ++event_;
  event_bytes_ = 0;
  undo_count_ = 0;
  store_failure_.reset();
}

void Overlay::keep_event() {
  DAYBOOK_CHECK(in_event_, "only a begun event is kept");
  in_event_ = false;
}

void Overlay::discard_event() {
  DAYBOOK_CHECK(in_event_, "only a begun event is discarded");
  in_event_ = false;
  for (std::size_t i = 0; i < undo_count_; ++i) {
    Undo& undo = undo_[i];
    Row& row = undo.entry->second;
    set_value(row, undo.value);
    row.known = undo.known;
    row.dirty = undo.dirty;
    if (!row.dirty) changed_bytes_ -= bytes_of(*undo.entry);
    row.changed_in = 0;
  }
  // A row that this event alone changed is no longer dirty; what stays of it in the ordered keys is passed over.
  std::erase_if(dirty_, [](const Rows::value_type* entry) { return !entry->second.dirty; });
}

Result<std::span<const Overlay::Change>> Overlay::changes() {
  DAYBOOK_CHECK(!in_event_, "an event is looked at when it is kept");
  changes_.clear();
  for (std::size_t i = 0; i < undo_count_; ++i) {
    Undo& undo = undo_[i];
    if (undo.known == Known::no) {  // It was put without being read.
      auto found = stored(undo.entry->first, undo.value);
      if (!found) return std::unexpected(std::move(found.error()));
      undo.known = *found ? Known::present : Known::absent;
    }
    const Row& row = undo.entry->second;
    Change change{.key = undo.entry->first};
    if (undo.known == Known::present) change.before = undo.value;
    if (row.known == Known::present) change.after = row.value;
    if (change.before != change.after) changes_.push_back(change);
  }
  std::ranges::sort(changes_, {}, &Change::key);
  return changes_;
}

/// By key. Rows lie about in memory, so what decides most comparisons, a key's first sixteen bytes, is fetched once.
void Overlay::sort_dirty() {
  struct Sortable {
    std::uint64_t first;
    std::uint64_t second;
    Rows::value_type* entry;
  };
  std::vector<Sortable> rows;
  rows.reserve(dirty_.size());
  for (Rows::value_type* entry : dirty_) {
    std::array<char, 16> beginning{};
    entry->first.copy(beginning.data(), beginning.size());
    rows.push_back({load_be64(beginning.data()), load_be64(beginning.data() + 8), entry});
  }
  std::ranges::sort(rows, [](const Sortable& a, const Sortable& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second != b.second ? a.second < b.second : a.entry->first < b.entry->first;
  });
  for (std::size_t at = 0; at < rows.size(); ++at) dirty_[at] = rows[at].entry;
}

Result<void> Overlay::write(std::string_view record, std::size_t bytes_max) {
  DAYBOOK_CHECK(!in_event_ && store_ != nullptr, "a write stands between two events and goes to a store");
  sort_dirty();
  StateStore::Batch batch;
  for (const Rows::value_type* entry : dirty_) {
    if (entry->second.known == Known::present) {
      batch.put(entry->first, entry->second.value);
    } else {
      batch.erase(entry->first);
    }
  }
  if (auto written = store_->write(batch, record); !written) {
    clear();
    return written;
  }
  for (Rows::value_type* entry : dirty_) entry->second.dirty = false;
  changed_bytes_ = 0;
  dirty_.clear();
  dirty_in_order_.clear();
  ordered_ = false;
  if (bytes_ > bytes_max / 2) clear();
  return {};
}

void Overlay::clear() {
  DAYBOOK_CHECK(!in_event_, "rows are forgotten between two events");
  dirty_.clear();
  dirty_in_order_.clear();
  ordered_ = false;
  undo_count_ = 0;
  undo_.clear();
  rows_.clear();
  holds_all_ = false;
  recent_ = nullptr;
  bytes_ = 0;
  changed_bytes_ = 0;
}

void Overlay::emptied() {
  clear();
  holds_all_ = true;
}

}  // namespace daybook
