// Streams are named by the head entries, in byte order; the tail's few names are merged into them.
#include "log/lookup.h"

#include <map>
#include <ranges>

#include "log/posting_cursor.h"

namespace daybook {
namespace {

Result<void> need_index(const View& view) {
  if (view.no_index) return std::unexpected(*view.no_index);
  return {};
}

}  // namespace

Result<StreamHead> find_stream_head(const View& view, std::string_view stream) {
  if (auto ok = need_index(view); !ok) return std::unexpected(std::move(ok.error()));
  const Term term = make_term(TermKind::stream, stream);
  for (const auto& generation : view.tail->generations | std::views::reverse) {
    if (const auto head = generation->stream_head(term, view.head)) {
      return StreamHead{std::string(stream), head->version, head->last_sequence};
    }
  }
  const auto stored = view.store->stream_head(stream);
  if (!stored) return std::unexpected(stored.error());
  const HeadEntry head = stored->value_or(HeadEntry{});
  return StreamHead{std::string(stream), head.version, head.last_sequence};
}

Result<std::optional<Sequence>> find_version(const View& view, std::string_view stream, Version version) {
  if (auto ok = need_index(view); !ok) return std::unexpected(std::move(ok.error()));
  const Term term = make_term(TermKind::stream, stream);
  for (const auto& generation : view.tail->generations | std::views::reverse) {
    if (const auto sequence = generation->sequence_of(term, version, view.head)) return sequence;
  }
  return indexed_sequence_of(*view.store, stream, version, std::min(view.head, view.tail->indexed_through));
}

Result<std::vector<StreamHead>> find_streams(const View& view, std::string_view prefix, std::string_view after,
                                             std::size_t limit) {
  if (auto ok = need_index(view); !ok) return std::unexpected(std::move(ok.error()));
  auto indexed = indexed_heads(*view.store, prefix, after, limit);
  if (!indexed) return std::unexpected(std::move(indexed.error()));
  std::map<std::string, HeadEntry, std::less<>> heads(indexed->begin(), indexed->end());
  for (const auto& generation : view.tail->generations) generation->collect_heads(prefix, after, view.head, heads);
  std::vector<StreamHead> streams;
  for (const auto& [name, head] : heads | std::views::take(static_cast<std::ptrdiff_t>(limit))) {
    streams.push_back({name, head.version, head.last_sequence});
  }
  return streams;
}

Result<Sequence> find_first_at(Core& core, Sequence head, Timestamp time) {
  // Recorded time never decreases with the sequence, so the place is found by halving.
  Sequence low(1);
  Sequence end = head.next();
  while (low < end) {
    const Sequence middle(low.value() + (end.value() - low.value()) / 2);
    const auto block = core.block_containing(middle);
    if (!block) return std::unexpected(block.error());
    if ((*block)->recorded_at() < time) {
      low = (*block)->last_sequence().next();
    } else {
      end = (*block)->first_sequence();
    }
  }
  return low;
}

}  // namespace daybook
