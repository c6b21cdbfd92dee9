// Most terms of a tail are rare (a correlation id, a cold stream), and the hot ones are in the cache anyway: so an
// entry holds a short text and a few places in its own line, and long ones go to an arena that is never freed in parts.
#include "log/term_table.h"

#include <algorithm>
#include <utility>

namespace daybook {
namespace {

constexpr std::size_t kSpareTermsMax = 256 * 1024;  // 16 MiB of entries

}  // namespace

void OffsetList::push_back(std::uint32_t offset, std::pmr::memory_resource& memory) {
  if (count_ == capacity_) {
    const std::uint32_t larger = 2 * capacity_;
    auto* const moved = static_cast<std::uint32_t*>(memory.allocate(larger * sizeof offset, alignof(std::uint32_t)));
    std::memcpy(moved, data(), count_ * sizeof offset);
    allocated_ = moved;  // what it had before stays in the arena: in all no more than what it has now
    capacity_ = larger;
  }
  (capacity_ == kInPlace ? in_place_ : allocated_)[count_++] = offset;
}

TermTable::TermTable(std::shared_ptr<SpareTable> spare) : spare_(std::move(spare)) {
  if (spare_) spare_->give(*this);
}

TermTable::~TermTable() {
  if (spare_) spare_->take(*this);
}

void SpareTable::give(TermTable& table) {
  {
    const Lock lock(mutex_);
    table.entries_ = std::exchange(entries_, {});
    table.slots_ = std::exchange(slots_, {});
  }
  table.entries_.clear();
  std::ranges::fill(table.slots_, TermTable::Slot{});
}

void SpareTable::take(TermTable& table) {
  if (table.entries_.capacity() > kSpareTermsMax) return;
  const Lock lock(mutex_);
  if (table.entries_.capacity() <= entries_.capacity()) return;
  entries_ = std::move(table.entries_);
  slots_ = std::move(table.slots_);
}

const TermEntry* TermTable::find(const Term& term) const {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = term.hash & mask; slots_[at].place != 0; at = (at + 1) & mask) {
    if (slots_[at].tag != tag_of(term.hash)) continue;
    const TermEntry& entry = entries_[slots_[at].place - 1];
    if (entry.hash == term.hash && entry.kind == term.kind && entry.text() == term.text) return &entry;
  }
  return nullptr;
}

TermEntry& TermTable::insert(const Term& term) {
  if (const TermEntry* known = find(term)) return const_cast<TermEntry&>(*known);
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  TermEntry entry{};
  entry.hash = term.hash;
  entry.kind = term.kind;
  entry.text_bytes = static_cast<std::uint16_t>(term.text.size());
  char* text = entry.text_in_place.data();
  if (term.text.size() > entry.text_in_place.size()) {
    text = static_cast<char*>(memory_.allocate(term.text.size(), 1));
    entry.text_elsewhere = text;
  }
  std::memcpy(text, term.text.data(), term.text.size());
  entries_.push_back(entry);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = term.hash & mask;
  while (slots_[at].place != 0) at = (at + 1) & mask;
  slots_[at] = {tag_of(term.hash), static_cast<std::uint32_t>(entries_.size())};
  return entries_.back();
}

void TermTable::grow() {
  const std::size_t size = slots_.empty() ? 1024 : 2 * slots_.size();
  slots_.assign(size, {});
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = entries_[i].hash & (size - 1);
    while (slots_[at].place != 0) at = (at + 1) & (size - 1);
    slots_[at] = {tag_of(entries_[i].hash), i + 1};
  }
}

}  // namespace daybook
