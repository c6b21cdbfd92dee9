// The tail's table: a term to the places of its events. Flat, so that a term costs two cache lines: its slot, its
// entry.
//
// Threads: its owner's. Owns: its memory, which goes at once and as a whole.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "daybook/ids.h"
#include "log/term.h"

namespace daybook {

/// Ascending numbers; the first few in place.
class OffsetList {
 public:
  [[nodiscard]] std::span<const std::uint32_t> view() const { return {data(), count_}; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint32_t back() const { return data()[count_ - 1]; }
  void push_back(std::uint32_t offset, std::pmr::memory_resource& memory);

 private:
  static constexpr std::uint32_t kInPlace = 4;
  [[nodiscard]] const std::uint32_t* data() const { return capacity_ == kInPlace ? in_place_ : allocated_; }

  std::uint32_t count_ = 0;
  std::uint32_t capacity_ = kInPlace;
  union {
    std::uint32_t in_place_[kInPlace];
    std::uint32_t* allocated_;
  };
};

/// A term, the events that have it, and for a stream the version of the first of them.
struct alignas(64) TermEntry {
  [[nodiscard]] std::string_view text() const {
    return {text_bytes <= text_in_place.size() ? text_in_place.data() : text_elsewhere, text_bytes};
  }

  std::uint64_t hash;
  union {
    std::array<char, 16> text_in_place;
    const char* text_elsewhere;
  };
  OffsetList offsets;
  Version first_version;
  std::uint16_t text_bytes;
  TermKind kind;
};
static_assert(sizeof(TermEntry) == 64, "one cache line");

class SpareTable;

class TermTable {
 public:
  /// Begins in the memory that `spare` has, if any, and leaves its own there.
  explicit TermTable(std::shared_ptr<SpareTable> spare = nullptr);
  ~TermTable();
  TermTable(const TermTable&) = delete;
  TermTable& operator=(const TermTable&) = delete;

  /// nullptr where the term is not there. Valid until the next insert().
  [[nodiscard]] const TermEntry* find(const Term& term) const;
  /// The entry of `term`, made where it is not there. Valid until the next insert().
  [[nodiscard]] TermEntry& insert(const Term& term);
  void add_offset(TermEntry& entry, std::uint32_t offset) { entry.offsets.push_back(offset, memory_); }
  /// Brings what a later find() or insert() will look at into the processor's cache: first far ahead, then near.
  void prefetch_slot(const Term& term) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[term.hash & (slots_.size() - 1)]);
  }
  void prefetch_entry(const Term& term) const {
    if (slots_.empty()) return;
    const Slot& slot = slots_[term.hash & (slots_.size() - 1)];
    if (slot.place != 0) __builtin_prefetch(&entries_[slot.place - 1], 1);
  }
  /// In no order.
  [[nodiscard]] std::span<const TermEntry> entries() const { return entries_; }
  /// For whatever is to live as long as the table.
  [[nodiscard]] std::pmr::memory_resource& memory() { return memory_; }

 private:
  friend class SpareTable;
  struct Slot {
    std::uint32_t tag;    ///< The upper half of the hash.
    std::uint32_t place;  ///< Index into entries_ + 1; 0: free.
  };
  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  void grow();

  std::pmr::monotonic_buffer_resource memory_{64 * 1024};
  std::vector<TermEntry> entries_;
  std::vector<Slot> slots_;  ///< Open addressing, linear; at most half full.
  const std::shared_ptr<SpareTable> spare_;
};

/// The memory of the table that went last, for the next one: using it again costs a fraction of growing into memory
/// that was never used.
///
/// Threads: any. Owns: memory for some hundred thousand terms at most.
class SpareTable {
 public:
  SpareTable() = default;
  SpareTable(const SpareTable&) = delete;
  SpareTable& operator=(const SpareTable&) = delete;

  /// Moves what there is into `table`, which is empty.
  void give(TermTable& table);
  /// Keeps the memory of `table`, which is going, unless it is too much.
  void take(TermTable& table);

 private:
  Mutex mutex_;
  std::vector<TermEntry> entries_ DAYBOOK_GUARDED_BY(mutex_);
  std::vector<TermTable::Slot> slots_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook
