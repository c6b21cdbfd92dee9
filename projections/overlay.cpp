// Why a hash table and not RocksDB's indexed batch: a fold touches the same few rows again and again (a total, a
// country, a popular product), and a row that is changed a thousand times between two checkpoints is written once. Rows
// stay when they are written, for the next batch mostly changes some of the same.
//
// Why rows are written in the order of their keys: RocksDB's memtable then finds each place beside the last one.
//
// Why an overlay may know that it holds all rows: a fold from the start asks for each new row first, and would look for
// it in vain in a store that this overlay alone filled.
//
// Why a read outside of an event holds nothing: a server reads its projections' rows as its clients please, and only a
// fold comes to the place where memory is given back.
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

// Memory that the rows before an event took is kept for those of the next one up to here.
constexpr std::size_t kUndoBytesKept = 1024 * 1024;

}  // namespace

Result<void> check_state_key(std::string_view key) {
  if (key.empty()) return fail(Code::invalid, "a state key is empty; it takes 1 to 4096 bytes");
  if (key.size() > kStateKeyBytesMax) {
    return fail(Code::too_large, "a state key has " + std::to_string(key.size()) + " bytes; the limit is 4096");
  }
  return {};
}

HeldRow* Overlay::find(std::string_view key) {
  if (recent_ != nullptr && recent_->key() == key) return recent_;
  HeldRow* const found = rows_.find(key);
  if (found != nullptr) recent_ = found;
  return found;
}

HeldRow& Overlay::row_of(std::string_view key) {
  if (recent_ != nullptr && recent_->key() == key) return *recent_;
  const auto [row, added] = rows_.find_or_add(key);
  if (added) bytes_ += row->bytes();
  recent_ = row;
  return *row;
}

Result<bool> Overlay::stored(std::string_view key, std::string& value) {
  if (store_ == nullptr || holds_all_) return false;
  auto found = store_->get(key, value);
  if (!found) store_failure_ = found.error();
  return found;
}

// Of a row that is not dirty.
Result<void> Overlay::ask_store(HeldRow& row) {
  auto found = stored(row.key(), value_);
  if (!found) return std::unexpected(std::move(found.error()));
  row.known = *found ? Known::present : Known::absent;
  if (!*found) return {};
  bytes_ += value_.size();
  row.set_value(value_);
  return {};
}

Result<std::optional<std::string_view>> Overlay::get(std::string_view key) {
  if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
  const bool holds = in_event_ && bytes_ < bytes_max_;
  HeldRow* const row = holds ? &row_of(key) : find(key);
  if (row != nullptr) {
    if (row->known == Known::no) {
      if (auto asked = ask_store(*row); !asked) return std::unexpected(std::move(asked.error()));
    }
    if (row->known == Known::absent) return std::nullopt;
    return row->value();
  }
  auto found = stored(key, value_);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::nullopt;
  return value_;
}

// The row before its first change within an event is what discard_event() brings back.
void Overlay::remember(HeldRow& row) {
  if (undo_count_ == undo_.size()) undo_bytes_ += undo_.emplace_back().value.capacity();
  Undo& undo = undo_[undo_count_++];
  undo.row = &row;
  set_value(undo, row.value());
  undo.known = row.known;
  undo.dirty = row.dirty;
  row.remembered = true;
}

void Overlay::set_value(Undo& undo, std::string_view value) {
  undo_bytes_ -= undo.value.capacity();
  undo.value.assign(value);
  undo_bytes_ += undo.value.capacity();
}

Result<HeldRow*> Overlay::prepare_change(std::string_view key, std::size_t value_bytes) {
  if (!in_event_) return fail(Code::unsupported, "a projection's state changes only while an event is applied");
  if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
  if (value_bytes > kStateValueBytesMax) {
    return fail(Code::too_large, "a state value has " + std::to_string(value_bytes) + " bytes; the limit is 8 MiB");
  }
  event_bytes_ += key.size() + value_bytes;
  if (event_bytes_ > kEventChangeBytesMax) {
    return fail(Code::too_large, "one event changes more than 64 MiB of state");
  }
  HeldRow& row = row_of(key);
  if (!row.remembered) remember(row);
  if (!row.dirty) {
    row.dirty = true;
    changed_bytes_ += row.bytes();
    dirty_.push_back(&row);
    if (ordered_) dirty_in_order_.insert(&row);
  }
  return &row;
}

void Overlay::set_value(HeldRow& row, std::string_view value) {
  bytes_ = bytes_ - row.value().size() + value.size();
  changed_bytes_ = changed_bytes_ - row.value().size() + value.size();
  row.set_value(value);
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

// A merge of two sorted lists in which a changed row hides the stored one.
Result<void> Overlay::scan_after(std::string_view prefix, std::string_view after, const StateRow& row) {
  if (!ordered_) {
    dirty_in_order_.insert(dirty_.begin(), dirty_.end());
    ordered_ = true;
  }
  auto changed = after < prefix ? dirty_in_order_.lower_bound(prefix) : dirty_in_order_.upper_bound(after);
  bool go_on = true;
  const auto changed_before = [&](const std::string_view* limit) {
    for (; go_on && changed != dirty_in_order_.end() && (*changed)->key().starts_with(prefix); ++changed) {
      const HeldRow& found = **changed;
      if (limit != nullptr && found.key() >= *limit) break;
      if (found.dirty && found.known == Known::present) go_on = row(found.key(), found.value());
    }
    return go_on;
  };
  if (store_ != nullptr) {
    auto scanned = store_->scan_after(prefix, after, [&](std::string_view key, std::string_view value) {
      if (!changed_before(&key)) return false;
      const bool hidden = changed != dirty_in_order_.end() && (*changed)->dirty && (*changed)->key() == key;
      if (!hidden) go_on = row(key, value);
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
  event_bytes_ = 0;
  undo_count_ = 0;
  if (undo_bytes_ > kUndoBytesKept) forget_undo();
  store_failure_.reset();
}

void Overlay::keep_event() {
  DAYBOOK_CHECK(in_event_, "only a begun event is kept");
  end_event();
}

void Overlay::end_event() {
  in_event_ = false;
  for (std::size_t i = 0; i < undo_count_; ++i) undo_[i].row->remembered = false;
}

void Overlay::discard_event() {
  DAYBOOK_CHECK(in_event_, "only a begun event is discarded");
  for (std::size_t i = 0; i < undo_count_; ++i) {
    const Undo& undo = undo_[i];
    HeldRow& row = *undo.row;
    set_value(row, undo.value);
    row.known = undo.known;
    row.dirty = undo.dirty;
    if (!row.dirty) changed_bytes_ -= row.bytes();
  }
  end_event();
  // A row that this event alone changed is no longer dirty; what stays of it in the ordered rows is passed over.
  std::erase_if(dirty_, [](const HeldRow* row) { return !row->dirty; });
}

Result<std::span<const Overlay::Change>> Overlay::changes() {
  DAYBOOK_CHECK(!in_event_, "an event is looked at when it is kept");
  changes_.clear();
  for (std::size_t i = 0; i < undo_count_; ++i) {
    Undo& undo = undo_[i];
    const HeldRow& row = *undo.row;
    if (undo.known == Known::no) {  // It was put without being read.
      auto found = stored(row.key(), value_);
      if (!found) return std::unexpected(std::move(found.error()));
      if (*found) set_value(undo, value_);
      undo.known = *found ? Known::present : Known::absent;
    }
    Change change{.key = row.key()};
    if (undo.known == Known::present) change.before = undo.value;
    if (row.known == Known::present) change.after = row.value();
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
    HeldRow* row;
  };
  std::vector<Sortable> rows;
  rows.reserve(dirty_.size());
  for (HeldRow* row : dirty_) {
    std::array<char, 16> beginning{};
    row->key().copy(beginning.data(), beginning.size());
    rows.push_back({load_be64(beginning.data()), load_be64(beginning.data() + 8), row});
  }
  std::ranges::sort(rows, [](const Sortable& a, const Sortable& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second != b.second ? a.second < b.second : a.row->key() < b.row->key();
  });
  for (std::size_t at = 0; at < rows.size(); ++at) dirty_[at] = rows[at].row;
}

Result<void> Overlay::write(std::string_view record) {
  DAYBOOK_CHECK(!in_event_ && store_ != nullptr, "a write stands between two events and goes to a store");
  sort_dirty();
  StateStore::Batch batch;
  for (const HeldRow* row : dirty_) {
    if (row->known == Known::present) {
      batch.put(row->key(), row->value());
    } else {
      batch.erase(row->key());
    }
  }
  if (auto written = store_->write(batch, record); !written) {
    clear();
    return written;
  }
  for (HeldRow* row : dirty_) row->dirty = false;
  forget_dirty();
  return {};
}

void Overlay::forget_dirty() {
  dirty_.clear();
  dirty_in_order_.clear();
  ordered_ = false;
  changed_bytes_ = 0;
}

void Overlay::forget_undo() {
  undo_count_ = 0;
  undo_.clear();
  undo_bytes_ = 0;
}

void Overlay::keep_most_used(std::size_t bytes) {
  DAYBOOK_CHECK(!in_event_ && dirty_.empty(), "only what was written is forgotten");
  undo_count_ = 0;
  recent_ = nullptr;
  const std::size_t kept = rows_.keep_most_used(bytes);
  if (kept != bytes_) holds_all_ = false;
  bytes_ = kept;
}

void Overlay::clear() {
  DAYBOOK_CHECK(!in_event_, "rows are forgotten between two events");
  forget_dirty();
  forget_undo();
  rows_.clear();
  holds_all_ = false;
  recent_ = nullptr;
  bytes_ = 0;
}

void Overlay::emptied() {
  clear();
  holds_all_ = true;
}

}  // namespace daybook
