// Seals commits into a block: the one place where a block's bytes come into being.
//
// Threads: one at a time. Owns: nothing of the commits that it seals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "daybook/block.h"
#include "daybook/ids.h"
#include "schema/event_codec.h"
#include "schema/hash.h"

namespace daybook {

/// One commit, numbered: what a block holds of it. `events` outlives the seal.
struct NumberedCommit {
  const EncodedCommit* events = nullptr;
  std::optional<IdempotencyKey> key;
  Hash128 fingerprint{};
  std::span<const Version> versions;  ///< One an event.
};

/// The bytes of a block with these many commits, events and words of events.
[[nodiscard]] std::size_t block_bytes(std::size_t commits, std::size_t events, std::size_t event_words);

/// Builds the block message: numbers, chain, versions patched in place, and computes its link.
[[nodiscard]] std::shared_ptr<const Block> seal_block(Sequence first, Timestamp recorded_at, const Link& chain,
                                                      std::span<const NumberedCommit> commits);

/// The chain of a log's first block.
[[nodiscard]] Link genesis_link(const LogId& log_id);

}  // namespace daybook
