// An excerpt: a block of some events of a stored one, for those who asked for these only. Whole encoded events are
// copied; nothing is decoded.
//
// Threads: any. Owns: its words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "daybook/block.h"
#include "schema/hash.h"

namespace daybook {

/// What Block::parse_excerpt takes.
struct Excerpt {
  std::unique_ptr<std::uint64_t[]> words{};  ///< A Block message, framed as a stored one.
  std::size_t word_count = 0;                ///< How many.
  Hash128 hash{};                            ///< Of the words.
  std::vector<std::uint64_t> sequences{};    ///< Of its events.

  /// The message.
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span(words.get(), word_count)); }
};

/// Words of the events at `picks` (rising indexes) in `block`, alone.
[[nodiscard]] std::size_t event_words_of(const Block& block, std::span<const std::uint32_t> picks);

/// The events at `picks` (rising indexes, at least one) of `block`. Its commits are those that picks are of, with their
/// keys and fingerprints, and count the picks; recordedAt and chain are the block's.
[[nodiscard]] Excerpt make_excerpt(const Block& block, std::span<const std::uint32_t> picks);

}  // namespace daybook
