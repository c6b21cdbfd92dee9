// Leapfrog: an intersection seeks its parts to each other's positions, so it costs about the rarest term's matches; a
// union takes the nearest of its parts. Only a term touches storage, a chunk at a time.
#include "log/posting_cursor.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/planted_bug.h"

namespace daybook {
namespace {

using Found = Result<std::optional<std::uint64_t>>;

/// One term's chunks.
class TermCursor final : public PostingCursor {
 public:
  TermCursor(const Store& store, TermKind kind, std::string_view text, Direction direction)
      : kind_(kind),
        prefix_(term_prefix(kind, text)),
        forward_(direction == Direction::forward),
        at_(store.iterate(Family::postings, true)) {}

  Found seek(std::uint64_t target) override {
    if (const auto found = in_chunk(target)) return found;
    // The chunk that may hold `target` is the last one that begins at or before it.
    std::string key = prefix_;
    append_be64(key, target);
    at_.seek_for_previous(key);
    if (!here()) {
      if (auto ok = at_.status(); !ok) return std::unexpected(std::move(ok.error()));
      if (!forward_) return std::nullopt;
      at_.seek(key);
      if (!here()) return ended();
    }
    if (auto ok = load(); !ok) return std::unexpected(std::move(ok.error()));
    if (const auto found = in_chunk(target)) return found;
    if (!forward_ || planted(Bug::stop_at_chunk_border)) return std::nullopt;
    at_.next();
    if (!here()) return ended();
    if (auto ok = load(); !ok) return std::unexpected(std::move(ok.error()));
    return in_chunk(target);
  }

 private:
  [[nodiscard]] bool here() const {
    return at_.valid() && at_.key().starts_with(prefix_) && at_.key().size() == prefix_.size() + 8;
  }

  [[nodiscard]] Found ended() const {
    if (auto ok = at_.status(); !ok) return std::unexpected(std::move(ok.error()));
    return std::nullopt;
  }

  Result<void> load() {
    if (decode_chunk(kind_, at_.key(), at_.value(), chunk_)) return {};
    return fail(Code::corruption, "a chunk of postings is malformed; run `daybook verify`");
  }

  /// The answer where the chunk at hand has it.
  [[nodiscard]] std::optional<std::uint64_t> in_chunk(std::uint64_t target) const {
    // Targets never go back and the chunk was the nearest one to an earlier target: nothing nearer lies outside it.
    const auto& sequences = chunk_.sequences;
    if (sequences.empty()) return std::nullopt;
    if (forward_) {
      const auto at = std::ranges::lower_bound(sequences, target);
      return at == sequences.end() ? std::nullopt : std::optional(*at);
    }
    const auto at = std::ranges::upper_bound(sequences, target);
    return at == sequences.begin() ? std::nullopt : std::optional(*(at - 1));
  }

  const TermKind kind_;
  const std::string prefix_;
  const bool forward_;
  StoreIterator at_;
  Chunk chunk_;
};

/// The nearest of its parts.
class UnionCursor final : public PostingCursor {
 public:
  UnionCursor(std::vector<std::unique_ptr<PostingCursor>> parts, Direction direction)
      : parts_(std::move(parts)),
        forward_(direction == Direction::forward),
        at_(parts_.size()),
        known_(parts_.size()) {}

  Found seek(std::uint64_t target) override {
    std::optional<std::uint64_t> best;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      const bool stale = !known_[i] || (at_[i] && (forward_ ? *at_[i] < target : *at_[i] > target));
      if (stale) {
        auto found = parts_[i]->seek(target);
        if (!found) return found;
        at_[i] = *found;
        known_[i] = true;
      }
      if (at_[i] && (!best || (forward_ ? *at_[i] < *best : *at_[i] > *best))) best = at_[i];
    }
    return best;
  }

 private:
  std::vector<std::unique_ptr<PostingCursor>> parts_;
  const bool forward_;
  std::vector<std::optional<std::uint64_t>> at_;
  std::vector<bool> known_;
};

/// Where all of its parts agree.
class IntersectionCursor final : public PostingCursor {
 public:
  explicit IntersectionCursor(std::vector<std::unique_ptr<PostingCursor>> parts) : parts_(std::move(parts)) {}

  Found seek(std::uint64_t target) override {
    for (std::size_t agreed = 0; agreed < parts_.size();) {
      for (auto& part : parts_) {
        const auto found = part->seek(target);
        if (!found || !*found) return found;
        agreed = **found == target ? agreed + 1 : 1;
        target = **found;
        if (agreed == parts_.size()) break;
      }
    }
    return target;
  }

 private:
  std::vector<std::unique_ptr<PostingCursor>> parts_;
};

class Planner {
 public:
  Planner(const Store& store, Direction direction) : store_(store), direction_(direction) {}

  Result<PostingPlan> plan(const Query& query) {
    std::vector<std::unique_ptr<PostingCursor>> items;
    for (const QueryItem& item : query.items) {
      auto cursor = plan_item(item);
      if (!cursor) return std::unexpected(std::move(cursor.error()));
      if (*cursor == nullptr) {
        return PostingPlan{nullptr, 0,
                           "its prefixes stand for more than " + std::to_string(kPrefixStreamsMax) + " streams"};
      }
      items.push_back(std::move(*cursor));
    }
    return PostingPlan{any_of(std::move(items)), terms_, {}};
  }

 private:
  std::unique_ptr<PostingCursor> term(TermKind kind, std::string_view text) {
    ++terms_;
    return std::make_unique<TermCursor>(store_, kind, text, direction_);
  }

  std::unique_ptr<PostingCursor> any_of(std::vector<std::unique_ptr<PostingCursor>> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    return std::make_unique<UnionCursor>(std::move(parts), direction_);
  }

  std::unique_ptr<PostingCursor> any_of(TermKind kind, const std::vector<std::string>& texts) {
    std::vector<std::unique_ptr<PostingCursor>> parts;
    for (const std::string& text : texts) parts.push_back(term(kind, text));
    return any_of(std::move(parts));
  }

  Result<std::unique_ptr<PostingCursor>> plan_item(const QueryItem& item) {
    std::vector<std::unique_ptr<PostingCursor>> groups;
    for (const std::string& tag : item.tags) groups.push_back(term(TermKind::tag, tag));
    if (item.correlation_id) groups.push_back(term(TermKind::correlation, text_of(*item.correlation_id)));
    if (!item.streams.empty()) groups.push_back(any_of(TermKind::stream, item.streams));
    if (!item.types.empty()) groups.push_back(any_of(TermKind::type, item.types));
    if (!item.stream_prefix.empty()) {
      auto heads = indexed_heads(store_, item.stream_prefix, {}, kPrefixStreamsMax + 1);
      if (!heads) return std::unexpected(std::move(heads.error()));
      prefix_streams_ += heads->size();
      if (prefix_streams_ > kPrefixStreamsMax) return nullptr;
      std::vector<std::string> names;
      for (auto& [name, head] : *heads) names.push_back(std::move(name));
      groups.push_back(any_of(TermKind::stream, names));
    }
    if (groups.size() == 1) return std::move(groups.front());
    return std::make_unique<IntersectionCursor>(std::move(groups));
  }

  const Store& store_;
  const Direction direction_;
  std::uint64_t terms_ = 0;
  std::size_t prefix_streams_ = 0;  ///< Over all items.
};

}  // namespace

Result<PostingPlan> plan_postings(const Store& store, const Query& query, Direction direction) {
  return Planner(store, direction).plan(query);
}

Result<std::vector<std::pair<std::string, HeadEntry>>> indexed_heads(const Store& store, std::string_view prefix,
                                                                     std::string_view after, std::size_t limit) {
  std::vector<std::pair<std::string, HeadEntry>> heads;
  const std::string begin = head_key(std::max(prefix, after));
  const std::string bound = head_key(prefix);
  StoreIterator at = store.iterate(Family::postings);
  for (at.seek(begin); at.valid() && at.key().starts_with(bound) && heads.size() < limit; at.next()) {
    const std::string_view name = at.key().substr(1);
    if (!after.empty() && name <= after) continue;
    const auto head = decode_head(at.value());
    if (!head) return fail(Code::corruption, "a stream's head is malformed; run `daybook verify`");
    heads.emplace_back(name, *head);
  }
  if (auto ok = at.status(); !ok) return std::unexpected(std::move(ok.error()));
  return heads;
}

Result<std::optional<Sequence>> indexed_sequence_of(const Store& store, std::string_view stream, Version version,
                                                    Sequence through) {
  // Versions grow with sequences, so the chunk is found by halving the range of sequences.
  const std::string prefix = term_prefix(TermKind::stream, stream);
  StoreIterator at = store.iterate(Family::postings, true);
  Chunk chunk;
  std::uint64_t low = 1;
  std::uint64_t high = through.value();
  while (low <= high) {
    const std::uint64_t middle = low + (high - low) / 2;
    std::string key = prefix;
    append_be64(key, middle);
    at.seek_for_previous(key);
    if (!at.valid() || !at.key().starts_with(prefix)) {
      if (auto ok = at.status(); !ok) return std::unexpected(std::move(ok.error()));
      low = middle + 1;
      continue;
    }
    if (!decode_chunk(TermKind::stream, at.key(), at.value(), chunk)) {
      return fail(Code::corruption, "a chunk of postings is malformed; run `daybook verify`");
    }
    if (version < chunk.first_version) {
      high = chunk.sequences.front() - 1;
    } else if (const std::uint64_t index = version.value() - chunk.first_version.value();
               index < chunk.sequences.size()) {
      return Sequence(chunk.sequences[index]);
    } else {
      low = std::max(middle, chunk.sequences.back()) + 1;
    }
  }
  return std::nullopt;
}

}  // namespace daybook
