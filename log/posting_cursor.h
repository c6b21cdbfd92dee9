// Walks the postings of a query, in either direction: a tree of terms, unions and intersections that yields sequences.
//
// Threads: one at a time. Owns: its iterators.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/cursor.h"
#include "daybook/query.h"
#include "daybook/result.h"
#include "log/postings.h"
#include "log/store.h"

namespace daybook {

/// Streams that a prefix may stand for before a query scans instead.
inline constexpr std::size_t kPrefixStreamsMax = 4096;

/// A source of sequences in one direction. "At or beyond" means at or above when forward, at or below when backward.
class PostingCursor {
 public:
  virtual ~PostingCursor() = default;
  /// The first sequence at or beyond `target`; nullopt where there is none. Targets never go back.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> seek(std::uint64_t target) = 0;
};

/// What a query needs from the postings.
struct PostingPlan {
  std::unique_ptr<PostingCursor> cursor;  ///< nullptr: the query must scan.
  std::uint64_t terms = 0;
  std::string reason;  ///< Why it must scan.
};

/// Plans `query`, which is well-formed and does not match all.
[[nodiscard]] Result<PostingPlan> plan_postings(const Store& store, const Query& query, Direction direction);

/// The streams with a head in the postings whose names begin with `prefix`, at most `limit`, behind `after`.
[[nodiscard]] Result<std::vector<std::pair<std::string, HeadEntry>>> indexed_heads(const Store& store,
                                                                                   std::string_view prefix,
                                                                                   std::string_view after,
                                                                                   std::size_t limit);

/// The sequence of `version` in the stream, from the postings alone.
[[nodiscard]] Result<std::optional<Sequence>> indexed_sequence_of(const Store& store, std::string_view stream,
                                                                  Version version, Sequence through);

}  // namespace daybook
