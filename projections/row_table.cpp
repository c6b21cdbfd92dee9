// Why not std::unordered_map: a fold over a hundred thousand rows waits for memory more than for anything else. Here a
// look-up touches one cache line of slots, whose hashes say which row it is, and one of the row, which mostly holds key
// and value; there it is a bucket, the nodes before, and a node of two lines.
//
// Why rows lie in slabs: what points to them (the list of rows to write, what an event changed) stays valid while the
// table grows.
//
// Why uses are counted and not the last use remembered: rows that are needed once (a new stream, in a log of many) then
// do not drive out those that are needed again and again.
#include "projections/row_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "schema/hash.h"

namespace daybook {
namespace {

constexpr std::size_t kSlotsMin = 64;
constexpr std::uint8_t kUsesMax = 255;

std::uint32_t hash_of(std::string_view key) {
  return static_cast<std::uint32_t>(hash64(key));
}

}  // namespace

HeldRow& HeldRow::operator=(HeldRow&& other) noexcept {
  if (this == &other) return *this;
  release();
  take(other);
  return *this;
}

// Leaves `other` as a new row.
void HeldRow::take(HeldRow& other) {
  known = std::exchange(other.known, Known::no);
  dirty = std::exchange(other.dirty, false);
  remembered = std::exchange(other.remembered, false);
  uses_ = std::exchange(other.uses_, 0);
  key_bytes_ = std::exchange(other.key_bytes_, 0);
  value_bytes_ = std::exchange(other.value_bytes_, 0);
  is_outside_ = std::exchange(other.is_outside_, false);
  if (is_outside_) {
    outside_ = other.outside_;
  } else {
    std::memcpy(inline_.data(), other.inline_.data(), key_bytes_ + value_bytes_);
  }
}

void HeldRow::release() {
  if (is_outside_) delete[] outside_.text;
  is_outside_ = false;
}

void HeldRow::begin(std::string_view key) {
  key_bytes_ = static_cast<std::uint16_t>(key.size());
  if (key.size() > kInlineBytes) {
    outside_ = {new char[key.size()], key.size()};
    is_outside_ = true;
  }
  key.copy(text(), key.size());
}

void HeldRow::set_value(std::string_view value) {
  const std::size_t bytes = key_bytes_ + value.size();
  // A value that has become much shorter gives its memory back.
  if (bytes > room() || (is_outside_ && bytes < room() / 4)) {
    move_text(value);
  } else if (!value.empty()) {  // what is empty may be nowhere
    std::memmove(text() + key_bytes_, value.data(), value.size());
  }
  value_bytes_ = static_cast<std::uint32_t>(value.size());
}

// Key and `value` to where they fit; one that grows once mostly grows again.
void HeldRow::move_text(std::string_view value) {
  char* const old = is_outside_ ? outside_.text : nullptr;
  const std::size_t bytes = key_bytes_ + value.size();
  Outside now{inline_.data(), kInlineBytes};
  if (bytes > kInlineBytes) now = {new char[bytes + bytes / 4], bytes + bytes / 4};
  key().copy(now.text, key_bytes_);
  value.copy(now.text + key_bytes_, value.size());
  is_outside_ = bytes > kInlineBytes;
  if (is_outside_) outside_ = now;
  delete[] old;
}

HeldRow* RowTable::find(std::string_view key, std::uint32_t hash) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].number != 0; at = (at + 1) & mask) {
    if (slots_[at].hash != hash) continue;
    HeldRow& found = row(slots_[at].number - 1);
    if (found.key() != key) continue;
    if (found.uses_ < kUsesMax) ++found.uses_;
    return &found;
  }
  return nullptr;
}

HeldRow* RowTable::find(std::string_view key) {
  return slots_.empty() ? nullptr : find(key, hash_of(key));
}

RowTable::Found RowTable::find_or_add(std::string_view key) {
  const std::uint32_t hash = hash_of(key);
  if (!slots_.empty()) {
    if (HeldRow* const found = find(key, hash)) return {found, false};
  }
  if (4 * (rows_ + 1) > 3 * slots_.size()) resize_slots(rows_ + 1);
  if (rows_ == slabs_.size() * kSlabRows) slabs_.push_back(std::make_unique<Slab>());
  HeldRow& added = row(rows_);
  ++rows_;
  added.begin(key);
  place(hash, static_cast<std::uint32_t>(rows_));
  return {&added, true};
}

void RowTable::place(std::uint32_t hash, std::uint32_t number) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].number != 0) at = (at + 1) & mask;
  slots_[at] = {hash, number};
}

// To what `rows` rows need.
void RowTable::resize_slots(std::size_t rows) {
  std::size_t count = kSlotsMin;
  while (4 * rows > 3 * count) count *= 2;
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(count));
  for (const Slot& slot : old) {
    if (slot.number != 0) place(slot.hash, slot.number);
  }
}

std::size_t RowTable::keep_most_used(std::size_t bytes_max) {
  std::array<std::size_t, kUsesMax + 1> bytes_by_uses{};
  for (std::size_t at = 0; at < rows_; ++at) bytes_by_uses[row(at).uses_] += row(at).bytes();
  std::size_t kept_bytes = 0;
  std::size_t uses_min = bytes_by_uses.size();
  while (uses_min > 0 && kept_bytes + bytes_by_uses[uses_min - 1] <= bytes_max) kept_bytes += bytes_by_uses[--uses_min];
  std::size_t kept = 0;
  for (std::size_t at = 0; at < rows_; ++at) {
    HeldRow& held = row(at);
    if (held.uses_ < uses_min) {
      held = HeldRow();
      continue;
    }
    held.uses_ /= 2;
    if (kept != at) row(kept) = std::move(held);
    ++kept;
  }
  rows_ = kept;
  slabs_.resize((kept + kSlabRows - 1) / kSlabRows);
  slots_.clear();
  resize_slots(rows_);
  for (std::size_t at = 0; at < rows_; ++at) place(hash_of(row(at).key()), static_cast<std::uint32_t>(at + 1));
  return kept_bytes;
}

void RowTable::clear() {
  slots_ = {};
  slabs_.clear();
  rows_ = 0;
}

}  // namespace daybook
