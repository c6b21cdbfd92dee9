// The sequencer pays for every term of every event here, so a commit's terms are fetched ahead and cost one probe and
// four bytes each. Whatever sorts and merges happens later, on the indexer's thread.
#include "log/generation.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "base/planted_bug.h"

namespace daybook {
namespace {

constexpr std::size_t kEntryBytes = sizeof(TermEntry) + 32;  // with its slots, and room to grow
constexpr std::size_t kKeyBytes = 96;                        // a node of the key map
constexpr std::size_t kSlotsAhead = 12;  // terms between a fetch and its use, which is about one miss of the cache
constexpr std::size_t kEntriesAhead = 6;

std::span<const std::uint32_t> trim(std::span<const std::uint32_t> offsets, std::uint32_t from, std::uint32_t through) {
  const auto begin = std::ranges::lower_bound(offsets, from);
  const auto end = std::upper_bound(begin, offsets.end(), through);
  return {begin, end};
}

std::size_t total(const std::vector<std::span<const std::uint32_t>>& lists) {
  std::size_t count = 0;
  for (const auto& list : lists) count += list.size();
  return count;
}

bool contains(const std::vector<std::span<const std::uint32_t>>& lists, std::uint32_t offset) {
  return std::ranges::any_of(lists, [&](const auto& list) { return std::ranges::binary_search(list, offset); });
}

}  // namespace

void TailGeneration::add(const NewEvents& events) {
  const Lock lock(mutex_);
  DAYBOOK_CHECK(events.first == through_.next(), "the tail is dense");
  std::size_t at = 0;
  for (std::size_t i = 0; i < events.versions.size(); ++i) {
    const auto offset = static_cast<std::uint32_t>(events.first.value() + i - after_.value());
    for (; at < events.terms_end[i]; ++at) {
      if (at + kSlotsAhead < events.terms.size()) terms_.prefetch_slot(events.terms[at + kSlotsAhead]);
      if (at + kEntriesAhead < events.terms.size()) terms_.prefetch_entry(events.terms[at + kEntriesAhead]);
      add_term(events.terms[at], offset, events.versions[i]);
    }
  }
  through_ = events.first.plus(events.versions.size() - 1);
}

void TailGeneration::add_term(const Term& term, std::uint32_t offset, Version version) {
  TermEntry& entry = terms_.insert(term);
  if (entry.offsets.empty()) {
    bytes_ += kEntryBytes + term.text.size();
    entry.first_version = version;
  } else if (entry.offsets.back() == offset) {
    return;  // a tag given twice
  }
  if (term.kind == TermKind::stream) {
    DAYBOOK_CHECK(version == entry.first_version.plus(entry.offsets.size()), "versions are dense");
  }
  terms_.add_offset(entry, offset);
  bytes_ += sizeof offset;
}

void TailGeneration::add_key(const IdempotencyKey& key, const KeyEntry& entry) {
  const Lock lock(mutex_);
  keys_[key] = entry;
  bytes_ += kKeyBytes;
}

void TailGeneration::count(const LogCounts& more) {
  const Lock lock(mutex_);
  counts_ = counts_ + more;
}

LogCounts TailGeneration::counts() const {
  const Lock lock(mutex_);
  return counts_;
}

LogCounts operator+(const LogCounts& a, const LogCounts& b) {
  return {.blocks = a.blocks + b.blocks, .commits = a.commits + b.commits, .streams = a.streams + b.streams};
}

Sequence TailGeneration::through() const {
  const Lock lock(mutex_);
  return through_;
}

std::size_t TailGeneration::event_count() const {
  return through().value() - after_.value();
}

std::size_t TailGeneration::bytes() const {
  const Lock lock(mutex_);
  return bytes_;
}

/// The stream's head when it had so many events in this generation.
HeadEntry TailGeneration::head_at(const TermEntry& stream, std::size_t events) const {
  return {stream.first_version.plus(events - 1), after_.plus(stream.offsets.view()[events - 1])};
}

std::optional<HeadEntry> TailGeneration::stream_head(const Term& stream, Sequence through) const {
  if (through <= after_) return std::nullopt;
  const Lock lock(mutex_);
  const TermEntry* entry = terms_.find(stream);
  if (entry == nullptr) return std::nullopt;
  if (through >= through_) return head_at(*entry, entry->offsets.size());
  const auto offsets = entry->offsets.view();
  const auto end = std::ranges::upper_bound(offsets, through.value() - after_.value());
  if (end == offsets.begin()) return std::nullopt;
  return head_at(*entry, static_cast<std::size_t>(end - offsets.begin()));
}

std::optional<KeyEntry> TailGeneration::key(const IdempotencyKey& key, Sequence through) const {
  const Lock lock(mutex_);
  const auto at = keys_.find(key);
  if (at == keys_.end() || at->second.first > through) return std::nullopt;
  return at->second;
}

std::optional<Sequence> TailGeneration::sequence_of(const Term& stream, Version version, Sequence through) const {
  const Lock lock(mutex_);
  const TermEntry* entry = terms_.find(stream);
  if (entry == nullptr || version < entry->first_version) return std::nullopt;
  const std::uint64_t index = version.value() - entry->first_version.value();
  if (index >= entry->offsets.size()) return std::nullopt;
  const Sequence sequence = after_.plus(entry->offsets.view()[index]);
  return sequence <= through ? std::optional(sequence) : std::nullopt;
}

/// Where any of `texts` is.
TailGeneration::Lists TailGeneration::lists_of(TermKind kind, const std::vector<std::string>& texts, std::uint32_t from,
                                               std::uint32_t through) const {
  Lists lists;
  for (const std::string& text : texts) {
    const TermEntry* entry = terms_.find(make_term(kind, text));
    if (entry != nullptr) lists.push_back(trim(entry->offsets.view(), from, through));
  }
  return lists;
}

std::vector<TailGeneration::Lists> TailGeneration::groups_of(const QueryItem& item, std::uint32_t from,
                                                             std::uint32_t through) const {
  std::vector<Lists> groups;
  if (!item.streams.empty()) groups.push_back(lists_of(TermKind::stream, item.streams, from, through));
  if (!item.types.empty()) groups.push_back(lists_of(TermKind::type, item.types, from, through));
  for (const std::string& tag : item.tags) groups.push_back(lists_of(TermKind::tag, {tag}, from, through));
  if (item.correlation_id)
    groups.push_back(lists_of(TermKind::correlation, {std::string(text_of(*item.correlation_id))}, from, through));
  if (!item.stream_prefix.empty()) {
    Lists lists;
    for (const TermEntry& entry : terms_.entries()) {
      if (entry.kind == TermKind::stream && entry.text().starts_with(item.stream_prefix)) {
        lists.push_back(trim(entry.offsets.view(), from, through));
      }
    }
    groups.push_back(std::move(lists));
  }
  return groups;
}

void TailGeneration::match_item(const QueryItem& item, std::uint32_t from, std::uint32_t through, bool first_only,
                                std::vector<std::uint64_t>& out) const {
  if (item.matches_all()) {
    for (std::uint32_t offset = from; offset <= through; ++offset) {
      out.push_back(after_.value() + offset);
      if (first_only) return;
    }
    return;
  }
  std::vector<Lists> groups = groups_of(item, from, through);
  const auto driver = std::ranges::min_element(groups, {}, total);
  std::iter_swap(groups.begin(), driver);
  std::vector<std::uint32_t> candidates;
  for (const auto& list : groups.front()) candidates.insert(candidates.end(), list.begin(), list.end());
  if (groups.front().size() > 1) {
    std::ranges::sort(candidates);
    candidates.erase(std::ranges::unique(candidates).begin(), candidates.end());  // a name may be asked for twice
  }
  for (const std::uint32_t offset : candidates) {
    const auto has = [&](const Lists& lists) { return contains(lists, offset); };
    if (!std::all_of(groups.begin() + 1, groups.end(), has)) continue;
    out.push_back(after_.value() + offset);
    if (first_only) return;
  }
}

std::vector<std::uint64_t> TailGeneration::match(const Query& query, Sequence from, Sequence through,
                                                 bool first_only) const {
  const Lock lock(mutex_);
  std::vector<std::uint64_t> out;
  through = std::min(through, through_);
  from = std::max(from, after_.next());
  if (from > through) return out;
  const auto offset_of = [&](Sequence s) { return static_cast<std::uint32_t>(s.value() - after_.value()); };
  static const std::vector<QueryItem> everything(1);
  for (const QueryItem& item : query.items.empty() ? everything : query.items) {
    match_item(item, offset_of(from), offset_of(through), first_only, out);
  }
  if (query.items.size() > 1) {
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
  }
  return out;
}

std::vector<std::uint64_t> TailGeneration::find(const Query& query, Sequence from, Sequence through) const {
  return match(query, from, through, false);
}

std::optional<Sequence> TailGeneration::find_first(const Query& query, Sequence from, Sequence through) const {
  const auto found = match(query, from, through, true);
  return found.empty() ? std::nullopt : std::optional(Sequence(found.front()));
}

void TailGeneration::collect_heads(std::string_view prefix, std::string_view after_name, Sequence through,
                                   std::map<std::string, HeadEntry, std::less<>>& heads) const {
  if (through <= after_) return;
  const Lock lock(mutex_);
  for (const TermEntry& entry : terms_.entries()) {
    const std::string_view name = entry.text();
    if (entry.kind != TermKind::stream || !name.starts_with(prefix) || name <= after_name) continue;
    const auto offsets = entry.offsets.view();
    const auto end = std::ranges::upper_bound(offsets, through.value() - after_.value());
    if (end == offsets.begin()) continue;
    heads[std::string(name)] = head_at(entry, static_cast<std::size_t>(end - offsets.begin()));
  }
}

/// The entries of one kind by their text. Its first sixteen bytes, compared as two numbers, decide nearly always, also
/// where the names of a kind begin alike (`customer:1`, `customer:2`).
TailGeneration::SortedTerms TailGeneration::sorted_terms(TermKind kind) const {
  struct Sortable {
    std::uint64_t first;
    std::uint64_t second;
    const TermEntry* entry;
  };
  std::vector<Sortable> terms;
  for (const TermEntry& entry : terms_.entries()) {
    if (entry.kind != kind) continue;
    std::array<char, 16> beginning{};
    entry.text().copy(beginning.data(), beginning.size());
    terms.push_back({load_be64(beginning.data()), load_be64(beginning.data() + 8), &entry});
  }
  std::ranges::sort(terms, [](const Sortable& a, const Sortable& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second != b.second ? a.second < b.second : a.entry->text() < b.entry->text();
  });
  SortedTerms sorted;
  sorted.reserve(terms.size());
  for (const Sortable& term : terms) sorted.push_back(term.entry);
  return sorted;
}

void TailGeneration::write_terms(TermKind kind, const SortedTerms& terms, const EntrySink& sink) const {
  std::vector<std::uint64_t> sequences;
  for (const TermEntry* entry : terms) {
    const auto offsets = entry->offsets.view();
    if (planted(Bug::lose_chunk) && offsets.size() > kChunkSequencesMax) continue;
    for (std::size_t begin = 0; begin < offsets.size(); begin += kChunkSequencesMax) {
      const std::size_t end = std::min(begin + kChunkSequencesMax, offsets.size());
      sequences.clear();
      for (std::size_t i = begin; i < end; ++i) sequences.push_back(after_.value() + offsets[i]);
      if (planted(Bug::lose_posting) && sequences.size() > 1) sequences.pop_back();
      sink(chunk_key(kind, entry->text(), Sequence(sequences.front())),
           encode_chunk(kind, sequences, entry->first_version.plus(begin)));
    }
  }
}

void TailGeneration::write_heads(const SortedTerms& streams, const EntrySink& sink) const {
  for (const TermEntry* entry : streams) {
    sink(head_key(entry->text()), encode_head(head_at(*entry, entry->offsets.size())));
  }
}

void TailGeneration::write_keys(const EntrySink& sink) const {
  std::vector<std::pair<IdempotencyKey, const KeyEntry*>> sorted;
  sorted.reserve(keys_.size());
  for (const auto& [key, entry] : keys_) sorted.emplace_back(key, &entry);
  std::ranges::sort(sorted, {}, &std::pair<IdempotencyKey, const KeyEntry*>::first);
  for (const auto& [key, entry] : sorted) sink(idempotency_key(key), encode_key(*entry));
}

void TailGeneration::write_sorted(const Link& link, const LogCounts& before, const EntrySink& sink) const {
  static_assert(TermKind::checkpoint < TermKind::tag && TermKind::tag < TermKind::head &&
                    TermKind::head < TermKind::key && TermKind::key < TermKind::correlation &&
                    TermKind::correlation < TermKind::stream && TermKind::stream < TermKind::type,
                "the order of keys is that of their kinds");
  sink(checkpoint_key(through_), encode_checkpoint({after_, through_, link, before + counts_}));
  const SortedTerms streams = sorted_terms(TermKind::stream);
  write_terms(TermKind::tag, sorted_terms(TermKind::tag), sink);
  write_heads(streams, sink);
  if (!planted(Bug::drop_keys_from_index)) write_keys(sink);
  write_terms(TermKind::correlation, sorted_terms(TermKind::correlation), sink);
  write_terms(TermKind::stream, streams, sink);
  write_terms(TermKind::type, sorted_terms(TermKind::type), sink);
}

void TailGeneration::put_heads(HeadCache& cache) const {
  for (const TermEntry& entry : terms_.entries()) {
    if (entry.kind != TermKind::stream) continue;
    cache.put({.kind = entry.kind, .text = entry.text(), .hash = entry.hash}, head_at(entry, entry.offsets.size()));
  }
}

}  // namespace daybook
