// The rows of a state that are in memory: found by key, one cache line each, and those that are used least are
// forgotten first.
//
// Threads: one at a time. Owns: its rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace daybook {

/// A key and what is known of its value. Both stand within the row while they have 48 bytes together.
class alignas(64) HeldRow {
 public:
  enum class Known : std::uint8_t { no, absent, present };
  /// What a row costs beside its text: itself, its place in the table, and in the list of rows to write.
  static constexpr std::size_t kOverheadBytes = 128;

  HeldRow() = default;
  ~HeldRow() { release(); }
  HeldRow(HeldRow&& other) noexcept { take(other); }
  HeldRow& operator=(HeldRow&& other) noexcept;
  HeldRow(const HeldRow&) = delete;
  HeldRow& operator=(const HeldRow&) = delete;

  /// Valid until set_value(), or until the row is forgotten.
  [[nodiscard]] std::string_view key() const { return {text(), key_bytes_}; }
  /// As key(). Empty unless present.
  [[nodiscard]] std::string_view value() const { return {text() + key_bytes_, value_bytes_}; }
  /// `value` may be part of this row's.
  void set_value(std::string_view value);
  /// Its memory, roughly.
  [[nodiscard]] std::size_t bytes() const { return kOverheadBytes + key_bytes_ + value_bytes_; }

  Known known = Known::no;
  bool dirty = false;       ///< Changed and not yet written.
  bool remembered = false;  ///< What it was before the event at hand is kept elsewhere.

 private:
  friend class RowTable;
  static constexpr std::size_t kInlineBytes = 48;
  struct Outside {
    char* text;
    std::size_t room;
  };

  void begin(std::string_view key);
  void take(HeldRow& other);
  void release();
  void move_text(std::string_view value);
  [[nodiscard]] std::size_t room() const { return is_outside_ ? outside_.room : kInlineBytes; }
  [[nodiscard]] const char* text() const { return is_outside_ ? outside_.text : inline_.data(); }
  [[nodiscard]] char* text() { return is_outside_ ? outside_.text : inline_.data(); }

  std::uint8_t uses_ = 0;  ///< Look-ups since it was added, halved now and then; it stays at the greatest number.
  bool is_outside_ = false;
  std::uint16_t key_bytes_ = 0;
  std::uint32_t value_bytes_ = 0;
  union {
    std::array<char, kInlineBytes> inline_;  ///< Key, then value.
    Outside outside_;                        ///< Where these are instead.
  };
};

/// A hash table. A row stays where it is until it is forgotten; pointers to it are valid as long.
class RowTable {
 public:
  /// nullptr where there is none.
  [[nodiscard]] HeldRow* find(std::string_view key);
  /// The row of `key` (at most 64 KiB less one), added where it is not there; the second says that it was.
  struct Found {
    HeldRow* row;
    bool added;
  };
  [[nodiscard]] Found find_or_add(std::string_view key);
  /// Keeps rows of at most `bytes_max` together, those that were looked up most often since they were added, the latest
  /// look-ups counting for more. The answer is what it keeps, in bytes. What was pointed to is elsewhere afterwards.
  std::size_t keep_most_used(std::size_t bytes_max);
  void clear();

 private:
  static constexpr std::size_t kSlabRows = 256;
  using Slab = std::array<HeldRow, kSlabRows>;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  ///< Of the row, from 1; 0: the slot is free.
  };

  [[nodiscard]] HeldRow& row(std::size_t at) { return (*slabs_[at / kSlabRows])[at % kSlabRows]; }
  [[nodiscard]] HeldRow* find(std::string_view key, std::uint32_t hash);
  void place(std::uint32_t hash, std::uint32_t number);
  void resize_slots(std::size_t rows);

  std::vector<Slot> slots_;  ///< A power of two, at most three quarters of it taken.
  std::vector<std::unique_ptr<Slab>> slabs_;
  std::size_t rows_ = 0;
};

}  // namespace daybook
