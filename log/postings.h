// The bytes of the postings family: keys and values of chunks, heads, idempotency keys and checkpoints.
//
// Threads: any; pure functions. docs/format.md is the grammar.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/ids.h"
#include "log/term.h"

namespace daybook {

/// Sequences in one chunk at most, so that a seek decodes a bounded value.
inline constexpr std::size_t kChunkSequencesMax = 1024;

/// The part of a key that all chunks of a term share.
[[nodiscard]] std::string term_prefix(TermKind kind, std::string_view text);
[[nodiscard]] std::string chunk_key(TermKind kind, std::string_view text, Sequence first);
[[nodiscard]] std::string head_key(std::string_view stream);
[[nodiscard]] std::string idempotency_key(const IdempotencyKey& key);
/// The entry that vouches for everything after the previous one through `through`.
[[nodiscard]] std::string checkpoint_key(Sequence through);

/// A chunk: strictly increasing sequences; for streams also the version of the first.
struct Chunk {
  std::vector<std::uint64_t> sequences;
  Version first_version{};
};

/// `sequences` is not empty; `first_version` is stored for streams only.
[[nodiscard]] std::string encode_chunk(TermKind kind, const std::vector<std::uint64_t>& sequences,
                                       Version first_version);
/// nullopt where key or value are malformed. Reuses the memory of `into`.
[[nodiscard]] bool decode_chunk(TermKind kind, std::string_view key, std::string_view value, Chunk& into);

[[nodiscard]] std::string encode_head(const HeadEntry& head);
[[nodiscard]] std::optional<HeadEntry> decode_head(std::string_view value);
[[nodiscard]] std::string encode_key(const KeyEntry& entry);
[[nodiscard]] std::optional<KeyEntry> decode_key(std::string_view value);

/// How much a log holds up to some sequence.
struct LogCounts {
  std::uint64_t blocks = 0;
  std::uint64_t commits = 0;
  std::uint64_t streams = 0;
  friend bool operator==(const LogCounts&, const LogCounts&) = default;
};

/// What one sorted file covers: the events after `after` through the sequence in its key, whose block has `link`.
struct IndexCheckpoint {
  Sequence after;
  Sequence through;
  Link link;
  LogCounts counts;  ///< Of everything through `through`.
};

[[nodiscard]] std::string encode_checkpoint(const IndexCheckpoint& checkpoint);
[[nodiscard]] std::optional<IndexCheckpoint> decode_checkpoint(std::string_view key, std::string_view value);

/// Splits a chunk's key into kind and text; nullopt where it is no chunk's key.
struct ChunkKey {
  TermKind kind;
  std::string_view text;
  Sequence first;
};
[[nodiscard]] std::optional<ChunkKey> parse_chunk_key(std::string_view key);

}  // namespace daybook
