// A block: 1..n whole commits as stored, cached, shipped to subscribers and folded by projections. Immutable.
//
// Threads: any (const). Owns: its bytes; shared by std::shared_ptr<const Block>, alone among daybook's types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "daybook/event.h"
#include "daybook/ids.h"
#include "daybook/result.h"

namespace daybook {

/// What a block says of one of its commits.
struct CommitInfo {
  std::optional<IdempotencyKey> key;           ///< The key that the producer gave, if any.
  std::array<std::uint8_t, 16> fingerprint{};  ///< XXH3-128 over the events as the producer gave them.
  Sequence first;                              ///< Of its first event.
  std::uint32_t event_count = 0;               ///< How many; `first` is the first of them.
};

/// A verified block. Its bytes are a standard Cap'n Proto stream message (schema/event.capnp, Block), so any
/// language can decode what bytes() returns.
class Block {
 public:
  /// Copies `block_bytes` into aligned memory and checks them against `link` and for structure. `corruption`
  /// says what is wrong; the caller adds where.
  [[nodiscard]] static Result<std::shared_ptr<const Block>> parse(std::span<const std::byte> block_bytes,
                                                                  const Link& link);
  /// Takes words that the sequencer has just sealed; `link` is their hash.
  [[nodiscard]] static std::shared_ptr<const Block> adopt(std::unique_ptr<std::uint64_t[]> words,
                                                          std::size_t word_count, const Link& link);
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  /// The sequences of its first and last event, and the time recorded for all of its events.
  [[nodiscard]] Sequence first_sequence() const { return first_sequence_; }
  [[nodiscard]] Sequence last_sequence() const { return first_sequence_.plus(event_count() - 1); }
  [[nodiscard]] Timestamp recorded_at() const { return recorded_at_; }
  /// XXH3-128 of this block's bytes.
  [[nodiscard]] const Link& link() const { return link_; }
  /// The link of the block before; for the first block XXH3-128 of the log id.
  [[nodiscard]] const Link& chain() const { return chain_; }
  [[nodiscard]] std::uint32_t event_count() const { return event_count_; }
  /// The event at `index`, below event_count(). Valid while the block lives.
  [[nodiscard]] EventView event(std::uint32_t index) const { return EventView(*this, index); }
  /// Whether the event with `sequence` is in this block.
  [[nodiscard]] bool contains(Sequence sequence) const {
    return sequence >= first_sequence() && sequence <= last_sequence();
  }
  /// The commits in order; their events are contiguous. Decodes and allocates.
  [[nodiscard]] std::uint32_t commit_count() const { return commit_count_; }
  [[nodiscard]] std::vector<CommitInfo> commits() const;
  /// The stored message, without the link behind it.
  [[nodiscard]] std::span<const std::byte> bytes() const;
  /// The unframed Cap'n Proto message of one event, in place.
  [[nodiscard]] const std::uint64_t* event_words(std::uint32_t index) const {
    // A Cap'n Proto pointer: in its low half, above two bits, how many words behind the next word its target is.
    const std::uint64_t* const pointer = words_.get() + events_at_ + index;
    return pointer + 1 + (static_cast<std::int32_t>(static_cast<std::uint32_t>(*pointer)) >> 2);
  }

 private:
  /// Only parse() and adopt() have one: they alone make blocks, by std::make_shared, to which private things are
  /// closed.
  struct Made {
    explicit Made() = default;
  };

 public:
  /// For parse() and adopt().
  Block(Made, std::unique_ptr<std::uint64_t[]> words, std::size_t word_count, const Link& link);

 private:
  [[nodiscard]] Result<void> find_lists();
  [[nodiscard]] Result<void> find_commits(std::size_t pointer_at);
  [[nodiscard]] Result<void> find_events(std::size_t pointer_at);

  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t word_count_;
  Link link_;
  Link chain_;
  Sequence first_sequence_;
  Timestamp recorded_at_;
  std::uint32_t commit_count_ = 0;
  std::uint32_t commit_words_ = 0;  ///< From one commit to the next.
  std::uint32_t event_count_ = 0;
  std::size_t commits_at_ = 0;  ///< The word at which the first commit begins,
  std::size_t events_at_ = 0;   ///< and that of the pointer to the first event.
};

}  // namespace daybook
