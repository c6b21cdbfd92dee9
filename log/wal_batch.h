// The content of a WAL record: a RocksDB WriteBatch, read as its bytes come by, so that a batch of any size costs no
// more memory than the keys that are asked for.
//
// Threads: one at a time. Owns: the keys found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace daybook {

/// Of one batch: its first 4,095 event keys and its last are listed.
inline constexpr std::size_t kWalEventKeysListedMax = 4'096;

/// begin(), feed() for each piece, finish().
class WalBatchReader {
 public:
  /// Collects the big-endian 64-bit keys that are put into the column family `events_family_id`.
  explicit WalBatchReader(std::uint32_t events_family_id) : events_family_id_(events_family_id) {}

  /// A new batch; what was found in the one before is gone.
  void begin();
  void feed(std::span<const std::byte> bytes);
  /// Whether the bytes were one whole batch with as many entries as it says.
  [[nodiscard]] bool finish() const { return state_ == State::tag && counted_ == count_; }

  /// RocksDB's number of the batch's first entry, and how many there are.
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// In the order of the batch, without 0.
  [[nodiscard]] const std::vector<std::uint64_t>& event_keys() const { return event_keys_; }

 private:
  enum class State : std::uint8_t { header, tag, family, text_length, text, malformed };

  [[nodiscard]] std::optional<std::uint64_t> feed_varint(std::byte byte);
  void end_header();
  void begin_entry(std::uint8_t tag);
  void begin_text(std::uint64_t bytes);
  void end_text();
  void keep_key(std::uint64_t key);

  std::uint32_t events_family_id_;
  State state_ = State::header;
  std::array<std::byte, 12> scratch_{};  ///< The header, or a key, as far as it came by.
  std::size_t scratch_bytes_ = 0;
  std::uint64_t varint_ = 0;
  unsigned varint_shift_ = 0;
  std::uint64_t text_left_ = 0;  ///< Of the key or value that is passing.
  bool text_is_event_key_ = false;
  bool entry_is_put_ = false;
  std::uint64_t entry_family_ = 0;
  int entry_texts_ = 0;  ///< Keys and values of the entry that have passed.
  int entry_texts_wanted_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t counted_ = 0;
  std::vector<std::uint64_t> event_keys_;
};

}  // namespace daybook
