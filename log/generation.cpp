// The sequencer pays for every term of every event here, so the table is flat: one probe, one push_back of four bytes.
// Whatever sorts and merges happens later, on the indexer's thread.
#include "log/generation.h"

#include <algorithm>

#include "base/check.h"

namespace daybook {
namespace {

constexpr std::size_t kEntryBytes = 112;  // an Entry, its hash, its slots
constexpr std::size_t kKeyBytes = 96;     // a node of the key map

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

const TailGeneration::Entry* TailGeneration::lookup(const Term& term) const {
  if (slots_.empty()) return nullptr;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = term.hash & mask;; at = (at + 1) & mask) {
    const std::uint32_t slot = slots_[at];
    if (slot == 0) return nullptr;
    const Entry& entry = entries_[slot - 1];
    if (hashes_[slot - 1] == term.hash && entry.kind == term.kind && entry.text == term.text) return &entry;
  }
}

void TailGeneration::grow() {
  const std::size_t size = slots_.empty() ? 1024 : 2 * slots_.size();
  slots_.assign(size, 0);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = hashes_[i] & (size - 1);
    while (slots_[at] != 0) at = (at + 1) & (size - 1);
    slots_[at] = i + 1;
  }
}

TailGeneration::Entry& TailGeneration::insert(const Term& term) {
  if (const Entry* known = lookup(term)) return const_cast<Entry&>(*known);
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = term.hash & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  entries_.push_back({.kind = term.kind, .text = std::string(term.text), .offsets = {}, .first_version = {}});
  hashes_.push_back(term.hash);
  slots_[at] = static_cast<std::uint32_t>(entries_.size());
  bytes_ += kEntryBytes + term.text.size();
  return entries_.back();
}

void TailGeneration::add(Sequence sequence, Version version, std::span<const Term> terms) {
  const std::scoped_lock lock(mutex_);
  DAYBOOK_CHECK(sequence == through_.next(), "the tail is dense");
  through_ = sequence;
  const auto offset = static_cast<std::uint32_t>(sequence.value() - after_.value());
  for (const Term& term : terms) {
    Entry& entry = insert(term);
    if (!entry.offsets.empty() && entry.offsets.back() == offset) continue;  // a tag given twice
    if (term.kind == TermKind::stream) {
      if (entry.offsets.empty()) entry.first_version = version;
      DAYBOOK_CHECK(version == entry.first_version.plus(entry.offsets.size()), "versions are dense");
    }
    entry.offsets.push_back(offset);
    bytes_ += sizeof offset;
  }
}

void TailGeneration::add_key(const IdempotencyKey& key, const KeyEntry& entry) {
  const std::scoped_lock lock(mutex_);
  keys_[key] = entry;
  bytes_ += kKeyBytes;
}

void TailGeneration::count(const Block& block) {
  const std::scoped_lock lock(mutex_);
  counts_.blocks += 1;
  counts_.commits += block.commit_count();
  for (std::uint32_t i = 0; i < block.event_count(); ++i) {
    if (block.event(i).version() == Version(1)) counts_.streams += 1;
  }
}

LogCounts TailGeneration::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

LogCounts operator+(const LogCounts& a, const LogCounts& b) {
  return {.blocks = a.blocks + b.blocks, .commits = a.commits + b.commits, .streams = a.streams + b.streams};
}

Sequence TailGeneration::through() const {
  const std::scoped_lock lock(mutex_);
  return through_;
}

std::size_t TailGeneration::event_count() const {
  return through().value() - after_.value();
}

std::size_t TailGeneration::bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

std::optional<HeadEntry> TailGeneration::stream_head(const Term& stream, Sequence through) const {
  if (through <= after_) return std::nullopt;
  const std::scoped_lock lock(mutex_);
  const Entry* entry = lookup(stream);
  if (entry == nullptr) return std::nullopt;
  const auto end = std::ranges::upper_bound(entry->offsets, through.value() - after_.value());
  if (end == entry->offsets.begin()) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(end - entry->offsets.begin());
  return HeadEntry{entry->first_version.plus(count - 1), after_.plus(*(end - 1))};
}

std::optional<KeyEntry> TailGeneration::key(const IdempotencyKey& key, Sequence through) const {
  const std::scoped_lock lock(mutex_);
  const auto at = keys_.find(key);
  if (at == keys_.end() || at->second.first > through) return std::nullopt;
  return at->second;
}

std::optional<Sequence> TailGeneration::sequence_of(const Term& stream, Version version, Sequence through) const {
  const std::scoped_lock lock(mutex_);
  const Entry* entry = lookup(stream);
  if (entry == nullptr || version < entry->first_version) return std::nullopt;
  const std::uint64_t index = version.value() - entry->first_version.value();
  if (index >= entry->offsets.size()) return std::nullopt;
  const Sequence sequence = after_.plus(entry->offsets[index]);
  return sequence <= through ? std::optional(sequence) : std::nullopt;
}

std::vector<TailGeneration::Lists> TailGeneration::groups_of(const QueryItem& item, std::uint32_t from,
                                                             std::uint32_t through) const {
  std::vector<Lists> groups;
  const auto add_any = [&](TermKind kind, const std::vector<std::string>& texts) {
    Lists lists;
    for (const std::string& text : texts) {
      const Entry* entry = lookup(make_term(kind, text));
      if (entry != nullptr) lists.push_back(trim(entry->offsets, from, through));
    }
    groups.push_back(std::move(lists));
  };
  if (!item.streams.empty()) add_any(TermKind::stream, item.streams);
  if (!item.types.empty()) add_any(TermKind::type, item.types);
  for (const std::string& tag : item.tags) add_any(TermKind::tag, {tag});
  if (item.correlation_id) add_any(TermKind::correlation, {std::string(text_of(*item.correlation_id))});
  if (!item.stream_prefix.empty()) {
    Lists lists;
    for (const Entry& entry : entries_) {
      if (entry.kind == TermKind::stream && entry.text.starts_with(item.stream_prefix)) {
        lists.push_back(trim(entry.offsets, from, through));
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
  const std::scoped_lock lock(mutex_);
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
  const std::scoped_lock lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.kind != TermKind::stream || !entry.text.starts_with(prefix) || entry.text <= after_name) continue;
    const auto end = std::ranges::upper_bound(entry.offsets, through.value() - after_.value());
    if (end == entry.offsets.begin()) continue;
    const auto count = static_cast<std::uint64_t>(end - entry.offsets.begin());
    heads[entry.text] = {entry.first_version.plus(count - 1), after_.plus(*(end - 1))};
  }
}

std::vector<SortedEntry> TailGeneration::sorted_entries(const Link& link, const LogCounts& before) const {
  // No lock: a frozen generation no longer changes, and sorting under one would hold up every append's look-ups.
  std::vector<SortedEntry> sorted;
  std::vector<std::uint64_t> sequences;
  for (const Entry& entry : entries_) {
    for (std::size_t begin = 0; begin < entry.offsets.size(); begin += kChunkSequencesMax) {
      const std::size_t end = std::min(begin + kChunkSequencesMax, entry.offsets.size());
      sequences.clear();
      for (std::size_t i = begin; i < end; ++i) sequences.push_back(after_.value() + entry.offsets[i]);
      sorted.push_back({chunk_key(entry.kind, entry.text, Sequence(sequences.front())),
                        encode_chunk(entry.kind, sequences, entry.first_version.plus(begin))});
    }
    if (entry.kind == TermKind::stream) {
      const HeadEntry head{entry.first_version.plus(entry.offsets.size() - 1), after_.plus(entry.offsets.back())};
      sorted.push_back({head_key(entry.text), encode_head(head)});
    }
  }
  for (const auto& [key, entry] : keys_) sorted.push_back({idempotency_key(key), encode_key(entry)});
  sorted.push_back({checkpoint_key(through_), encode_checkpoint({after_, through_, link, before + counts_})});
  std::ranges::sort(sorted, {}, &SortedEntry::key);
  return sorted;
}

}  // namespace daybook
