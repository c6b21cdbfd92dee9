// A block: 1..n whole commits as stored, cached, shipped to subscribers and folded by projections. Immutable.
//
// Threads: any (const). Owns: its bytes; shared by std::shared_ptr<const Block>, alone among daybook's types.
#pragma once

#include <algorithm>
#include <array>
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
  /// As parse(), of bytes that may not be daybook's own, such as a server's: a link is no signature, so every event is
  /// looked through, and reading it never leaves the block.
  [[nodiscard]] static Result<std::shared_ptr<const Block>> parse_foreign(std::span<const std::byte> block_bytes,
                                                                          const Link& link);
  /// As parse_foreign(), of an excerpt: a block of some events of a stored one. `hash` is of these bytes, `link` of the
  /// stored block, and `sequences` of the events, rising.
  [[nodiscard]] static Result<std::shared_ptr<const Block>> parse_excerpt(std::span<const std::byte> block_bytes,
                                                                          const Link& hash, const Link& link,
                                                                          std::vector<Sequence> sequences);
  /// Takes words that the sequencer has just sealed; `link` is their hash.
  [[nodiscard]] static std::shared_ptr<const Block> adopt(std::unique_ptr<std::uint64_t[]> words,
                                                          std::size_t word_count, const Link& link);
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  /// The sequences of its first and last event, and the time recorded for all of its events.
  [[nodiscard]] Sequence first_sequence() const { return first_sequence_; }
  [[nodiscard]] Sequence last_sequence() const { return sequence_of(event_count() - 1); }
  [[nodiscard]] Timestamp recorded_at() const { return recorded_at_; }
  /// XXH3-128 of this block's bytes; of an excerpt, those of the stored block.
  [[nodiscard]] const Link& link() const { return link_; }
  /// The link of the block before; for the first block XXH3-128 of the log id.
  [[nodiscard]] const Link& chain() const { return chain_; }
  [[nodiscard]] std::uint32_t event_count() const { return event_count_; }
  /// The event at `index`, below event_count(). Valid while the block lives.
  [[nodiscard]] EventView event(std::uint32_t index) const { return EventView(*this, index); }
  /// The sequence of the event at `index`, below event_count().
  [[nodiscard]] Sequence sequence_of(std::uint32_t index) const {
    return sequences_.empty() ? first_sequence_.plus(index) : sequences_[index];
  }
  /// Whether the event with `sequence` is in this block.
  [[nodiscard]] bool contains(Sequence sequence) const {
    if (!sequences_.empty()) return std::ranges::binary_search(sequences_, sequence);
    return sequence >= first_sequence() && sequence <= last_sequence();
  }
  /// Whether it holds only some events of a stored block: its sequences may have gaps, its commits count and begin with
  /// the events that are here, and bytes() do not give its link().
  [[nodiscard]] bool is_excerpt() const { return !sequences_.empty(); }
  /// The commits in order; their events are contiguous. Decodes and allocates.
  [[nodiscard]] std::uint32_t commit_count() const { return commit_count_; }
  [[nodiscard]] std::vector<CommitInfo> commits() const;
  /// The stored message, without the link behind it; or the excerpt.
  [[nodiscard]] std::span<const std::byte> bytes() const;
  /// The unframed Cap'n Proto message of one event, in place.
  [[nodiscard]] const std::uint64_t* event_words(std::uint32_t index) const {
    // A Cap'n Proto pointer: in its low half, above two bits, how many words behind the next word its target is.
    const std::uint64_t* const pointer = words_.get() + events_at_ + index;
    return pointer + 1 + (static_cast<std::int32_t>(static_cast<std::uint32_t>(*pointer)) >> 2);
  }

 private:
  /// Whose bytes they are: daybook's own were well-formed when they were hashed.
  enum class Origin : std::uint8_t { own, foreign };
  /// Only parse() and its like have one: they alone make blocks, by std::make_shared, to which private things are
  /// closed.
  struct Made {
    explicit Made() = default;
  };

 public:
  /// For parse() and its like.
  Block(Made, std::unique_ptr<std::uint64_t[]> words, std::size_t word_count, const Link& link);

 private:
  [[nodiscard]] static Result<std::shared_ptr<Block>> copy(std::span<const std::byte> block_bytes, const Link& hash,
                                                           Origin origin);
  [[nodiscard]] Result<void> find_lists(Origin origin);
  [[nodiscard]] Result<void> find_commits(std::size_t pointer_at);
  [[nodiscard]] Result<void> find_events(std::size_t pointer_at);
  /// What only bytes of somebody else's can have wrong.
  [[nodiscard]] Result<void> look_through() const;

  std::unique_ptr<std::uint64_t[]> words_;
  std::size_t word_count_;
  Link link_;
  Link chain_;
  Sequence first_sequence_;
  Timestamp recorded_at_;
  std::uint32_t commit_count_ = 0;
  std::uint32_t commit_words_ = 0;  ///< From one commit to the next.
  std::uint32_t event_count_ = 0;
  std::size_t commits_at_ = 0;       ///< The word at which the first commit begins,
  std::size_t events_at_ = 0;        ///< and that of the pointer to the first event.
  std::vector<Sequence> sequences_;  ///< Of an excerpt's events; empty: dense from first_sequence_.
};

}  // namespace daybook
