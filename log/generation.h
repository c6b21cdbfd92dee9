// One stretch of the unindexed tail: the terms of its events in memory, until the indexer has written them down.
//
// Threads: any; each call takes the generation's own mutex for microseconds. Only the sequencer adds, and only to the
// newest generation. Owns: copies of its terms' texts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daybook/cursor.h"
#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/query.h"
#include "log/postings.h"
#include "log/store.h"
#include "log/term.h"

namespace daybook {

class TailGeneration {
 public:
  /// Holds events after `after`.
  explicit TailGeneration(Sequence after) : after_(after) {}
  TailGeneration(const TailGeneration&) = delete;
  TailGeneration& operator=(const TailGeneration&) = delete;

  /// An event's terms (its stream first) and its version.
  void add(Sequence sequence, Version version, std::span<const Term> terms);
  void add_key(const IdempotencyKey& key, const KeyEntry& entry);
  /// Counts a block that became visible; its events were added before.
  void count(const Block& block);
  [[nodiscard]] LogCounts counts() const;

  [[nodiscard]] Sequence after() const { return after_; }
  [[nodiscard]] Sequence through() const;
  [[nodiscard]] std::size_t event_count() const;
  /// An estimate of the memory held.
  [[nodiscard]] std::size_t bytes() const;

  /// The stream's last event at or below `through`; nullopt where this generation has none.
  [[nodiscard]] std::optional<HeadEntry> stream_head(const Term& stream, Sequence through) const;
  [[nodiscard]] std::optional<KeyEntry> key(const IdempotencyKey& key, Sequence through) const;
  [[nodiscard]] std::optional<Sequence> sequence_of(const Term& stream, Version version, Sequence through) const;
  /// Every matching sequence from `from` through `through`, ascending.
  [[nodiscard]] std::vector<std::uint64_t> find(const Query& query, Sequence from, Sequence through) const;
  /// The lowest of find(), without finding the others.
  [[nodiscard]] std::optional<Sequence> find_first(const Query& query, Sequence from, Sequence through) const;
  /// Puts the heads of streams that begin with `prefix` and lie behind `after_name` into `heads`.
  void collect_heads(std::string_view prefix, std::string_view after_name, Sequence through,
                     std::map<std::string, HeadEntry, std::less<>>& heads) const;

  /// Everything as the entries of one sorted file, the checkpoint with `link` included.
  /// `before` counts what came before. Only of a frozen generation.
  [[nodiscard]] std::vector<SortedEntry> sorted_entries(const Link& link, const LogCounts& before) const;

 private:
  struct Entry {
    TermKind kind;
    std::string text;
    std::vector<std::uint32_t> offsets;  ///< Sequence minus after_; ascending.
    Version first_version;               ///< Streams only.
  };
  using Lists = std::vector<std::span<const std::uint32_t>>;

  [[nodiscard]] const Entry* lookup(const Term& term) const;
  [[nodiscard]] Entry& insert(const Term& term);
  void grow();
  [[nodiscard]] std::vector<Lists> groups_of(const QueryItem& item, std::uint32_t from, std::uint32_t through) const;
  /// Matches of one item, ascending; with `first_only` at most one.
  void match_item(const QueryItem& item, std::uint32_t from, std::uint32_t through, bool first_only,
                  std::vector<std::uint64_t>& out) const;
  [[nodiscard]] std::vector<std::uint64_t> match(const Query& query, Sequence from, Sequence through,
                                                 bool first_only) const;

  const Sequence after_;
  mutable std::mutex mutex_;
  // Protected by mutex_:
  Sequence through_ = after_;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> hashes_;  ///< One an entry.
  std::vector<std::uint32_t> slots_;   ///< Open addressing, linear: index into entries_ + 1; 0 is free.
  std::unordered_map<IdempotencyKey, KeyEntry> keys_;
  std::size_t bytes_ = 0;
  LogCounts counts_;
};

/// The sum of two stretches.
[[nodiscard]] LogCounts operator+(const LogCounts& a, const LogCounts& b);

}  // namespace daybook
