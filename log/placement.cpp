// Every term is looked up as a query would look it up: who asks where an event is wants to hear what is there, not what
// should be.
#include "daybook/placement.h"

#include <algorithm>

#include "log/local_log.h"
#include "log/posting_cursor.h"

namespace daybook {
namespace {

struct Lookup {
  IndexTerm term;
  QueryItem item;  ///< Unused for keys.
};

std::vector<Lookup> lookups_of(const EventView& event) {
  std::vector<Lookup> all;
  const std::string stream(event.stream());
  const std::string type(event.type());
  all.push_back({{.kind = IndexTerm::Kind::stream, .text = stream}, {.streams = {stream}}});
  all.push_back({{.kind = IndexTerm::Kind::type, .text = type}, {.types = {type}}});
  std::vector<std::string> tags;
  for (std::size_t at = 0; at < event.tag_count(); ++at) {
    const std::string tag(event.tag(at));
    if (std::ranges::find(tags, tag) != tags.end()) continue;
    tags.push_back(tag);
    all.push_back({{.kind = IndexTerm::Kind::tag, .text = tag}, {.tags = {tag}}});
  }
  if (const auto correlation = event.correlation_id()) {
    all.push_back(
        {{.kind = IndexTerm::Kind::correlation, .text = correlation->text()}, {.correlation_id = correlation}});
  }
  return all;
}

Result<IndexTerm::Place> place_of(const View& view, const QueryItem& item, Sequence sequence) {
  const Query query{.items = {item}};
  if (sequence > view.tail->indexed_through) {
    const bool found = std::ranges::any_of(view.tail->generations, [&](const auto& generation) {
      return generation->find_first(query, sequence, sequence).has_value();
    });
    return found ? IndexTerm::Place::tail : IndexTerm::Place::nowhere;
  }
  const auto plan = plan_postings(*view.store, query, Direction::forward);
  if (!plan) return std::unexpected(plan.error());
  const auto found = plan->cursor->seek(sequence.value());
  if (!found) return std::unexpected(found.error());
  return *found == sequence.value() ? IndexTerm::Place::postings : IndexTerm::Place::nowhere;
}

Result<IndexTerm::Place> place_of(const View& view, const IdempotencyKey& key, Sequence first) {
  for (const auto& generation : view.tail->generations) {
    const auto entry = generation->key(key, view.head);
    if (entry && entry->first == first) return IndexTerm::Place::tail;
  }
  const auto stored = view.store->key(key);
  if (!stored) return std::unexpected(stored.error());
  return *stored && (*stored)->first == first ? IndexTerm::Place::postings : IndexTerm::Place::nowhere;
}

/// The commit of `block` that holds the event at `sequence`.
CommitInfo commit_of(const Block& block, Sequence sequence) {
  const auto commits = block.commits();
  return *std::ranges::find_if(
      commits, [&](const CommitInfo& commit) { return sequence < commit.first.plus(commit.event_count); });
}

}  // namespace

std::string_view to_string(IndexTerm::Kind kind) {
  switch (kind) {
    case IndexTerm::Kind::stream:
      return "stream";
    case IndexTerm::Kind::type:
      return "type";
    case IndexTerm::Kind::tag:
      return "tag";
    case IndexTerm::Kind::correlation:
      return "correlation";
    case IndexTerm::Kind::key:
      return "key";
  }
  return "unknown";
}

std::string_view to_string(IndexTerm::Place place) {
  switch (place) {
    case IndexTerm::Place::postings:
      return "postings";
    case IndexTerm::Place::tail:
      return "tail";
    case IndexTerm::Place::nowhere:
      return "nowhere";
  }
  return "unknown";
}

Result<Placement> LocalLog::placement(Sequence sequence) {
  const auto use = core.enter();
  if (!use) return std::unexpected(use.error());
  const auto view = indexed_view();
  if (!view) return std::unexpected(view.error());
  if (sequence == Sequence(0) || sequence > view->head) {
    return fail(Code::not_found, "there is no event " + std::to_string(sequence.value()) + "; the head is " +
                                     std::to_string(view->head.value()));
  }
  if (view->no_index && view->no_index->code == Code::busy) return std::unexpected(*view->no_index);
  const auto block = core.block_containing(sequence);
  if (!block) return std::unexpected(block.error());
  const EventView event =
      (*block)->event(static_cast<std::uint32_t>(sequence.value() - (*block)->first_sequence().value()));
  Placement found{.file = view->store->file_of((*block)->first_sequence()),
                  .indexed_through = view->tail->indexed_through,
                  .index_fits = !view->no_index,
                  .terms = {}};
  const Result<IndexTerm::Place> nowhere = IndexTerm::Place::nowhere;
  const auto add = [&](IndexTerm term, const Result<IndexTerm::Place>& place) -> Result<void> {
    if (!place) return std::unexpected(place.error());
    term.place = *place;
    found.terms.push_back(std::move(term));
    return {};
  };
  for (const Lookup& lookup : lookups_of(event)) {
    const auto place = view->no_index ? nowhere : place_of(*view, lookup.item, sequence);
    if (auto added = add(lookup.term, place); !added) return std::unexpected(std::move(added.error()));
  }
  const CommitInfo commit = commit_of(**block, sequence);
  if (commit.key) {
    const auto place = view->no_index ? nowhere : place_of(*view, *commit.key, commit.first);
    auto added = add({.kind = IndexTerm::Kind::key, .text = commit.key->text()}, place);
    if (!added) return std::unexpected(std::move(added.error()));
  }
  return found;
}

}  // namespace daybook
