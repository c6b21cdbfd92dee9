// One stretch of the unindexed tail: the terms of its events in memory, until the indexer has written them down.
//
// Threads: any; each call takes the generation's own mutex for microseconds. Only the sequencer adds, and only to the
// newest generation. Owns: copies of its terms' texts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "daybook/cursor.h"
#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/query.h"
#include "log/head_cache.h"
#include "log/postings.h"
#include "log/store.h"
#include "log/term.h"
#include "log/term_table.h"

namespace daybook {

/// Events that follow each other, laid out as an append has them.
struct NewEvents {
  Sequence first;
  std::span<const Version> versions;         ///< One an event.
  std::span<const Term> terms;               ///< Of all of them, each event's stream first.
  std::span<const std::uint32_t> terms_end;  ///< For each event the end of its terms.
};

class TailGeneration {
 public:
  /// Holds events after `after`, in the memory of an earlier generation where `spare` has it.
  explicit TailGeneration(Sequence after, std::shared_ptr<SpareTable> spare = nullptr)
      : after_(after), terms_(std::move(spare)) {}
  TailGeneration(const TailGeneration&) = delete;
  TailGeneration& operator=(const TailGeneration&) = delete;

  void add(const NewEvents& events);
  void add_key(const IdempotencyKey& key, const KeyEntry& entry);
  /// Counts what became visible; its events were added before.
  void count(const LogCounts& more);
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

  /// Brings what add() and stream_head() will look at into the processor's cache. Of the newest generation only for the
  /// sequencer, the one thread that adds, so that what it looks at does not move under it; of a frozen one for any.
  void prefetch(const Term& term) const DAYBOOK_UNCHECKED_THREADS { terms_.prefetch_slot(term); }

  // The two that follow take no lock: a frozen generation no longer changes, and sorting under one would hold up every
  // append's look-ups.
  /// Gives `sink` everything as the entries of one sorted file, the checkpoint with `link` included, in key order.
  /// `before` counts what came before. Only of a frozen generation.
  void write_sorted(const Link& link, const LogCounts& before, const EntrySink& sink) const DAYBOOK_UNCHECKED_THREADS;
  /// Gives `cache` the head of each of its streams. Only of a frozen generation.
  void put_heads(HeadCache& cache) const DAYBOOK_UNCHECKED_THREADS;

 private:
  using Lists = std::vector<std::span<const std::uint32_t>>;
  using SortedTerms = std::vector<const TermEntry*>;

  void add_term(const Term& term, std::uint32_t offset, Version version) DAYBOOK_REQUIRES(mutex_);
  void write_terms(TermKind kind, const SortedTerms& terms, const EntrySink& sink) const DAYBOOK_REQUIRES(mutex_);
  void write_heads(const SortedTerms& streams, const EntrySink& sink) const DAYBOOK_REQUIRES(mutex_);
  void write_keys(const EntrySink& sink) const DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] SortedTerms sorted_terms(TermKind kind) const DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] HeadEntry head_at(const TermEntry& stream, std::size_t events) const;
  [[nodiscard]] Lists lists_of(TermKind kind, const std::vector<std::string>& texts, std::uint32_t from,
                               std::uint32_t through) const DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] std::vector<Lists> groups_of(const QueryItem& item, std::uint32_t from, std::uint32_t through) const
      DAYBOOK_REQUIRES(mutex_);
  /// Matches of one item, ascending; with `first_only` at most one.
  void match_item(const QueryItem& item, std::uint32_t from, std::uint32_t through, bool first_only,
                  std::vector<std::uint64_t>& out) const DAYBOOK_REQUIRES(mutex_);
  [[nodiscard]] std::vector<std::uint64_t> match(const Query& query, Sequence from, Sequence through,
                                                 bool first_only) const;

  const Sequence after_;
  mutable Mutex mutex_;
  Sequence through_ DAYBOOK_GUARDED_BY(mutex_) = after_;
  TermTable terms_ DAYBOOK_GUARDED_BY(mutex_);
  std::pmr::unordered_map<IdempotencyKey, KeyEntry> keys_ DAYBOOK_GUARDED_BY(mutex_){&terms_.memory()};
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  LogCounts counts_ DAYBOOK_GUARDED_BY(mutex_);
};

/// The sum of two stretches.
[[nodiscard]] LogCounts operator+(const LogCounts& a, const LogCounts& b);

}  // namespace daybook
