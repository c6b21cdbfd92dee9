// Everything that can be done by the appending thread is done here: encoding, hashing of terms, reads of the index.
// The sequencer then only compares what happened since.
#include "log/append_request.h"

#include <algorithm>
#include <bit>
#include <ranges>

#include "base/planted_bug.h"
#include "log/local_cursor.h"
#include "schema/event_fields.h"

namespace daybook {
namespace {

constexpr std::size_t kStreamsAhead = 8;  // streams between a fetch into the processor's cache and its use

/// Finds the place of each stream name in `streams`, adding it at first sight.
class StreamTable {
 public:
  StreamTable(std::pmr::vector<StreamUse>& streams, std::size_t names_max)
      : streams_(streams), places_(std::bit_ceil(2 * std::max<std::size_t>(names_max, 1)), streams.get_allocator()) {}

  std::uint32_t place_of(std::string_view name) {
    // Most commits write one stream: the last one seen is the next one asked for.
    if (!streams_.empty() && streams_[last_].term.text == name) return last_;
    const Term term = make_term(TermKind::stream, name);
    const std::size_t mask = places_.size() - 1;
    std::size_t at = term.hash & mask;
    for (; places_[at] != 0; at = (at + 1) & mask) {
      if (streams_[places_[at] - 1].term.text == name) return last_ = places_[at] - 1;
    }
    streams_.push_back({.term = term, .expected = {}, .known = {}, .version = {}});
    places_[at] = static_cast<std::uint32_t>(streams_.size());
    return last_ = places_[at] - 1;
  }

 private:
  std::pmr::vector<StreamUse>& streams_;
  std::pmr::vector<std::uint32_t> places_;  ///< Open addressing, linear, at most half full: place + 1; 0 is free.
  std::uint32_t last_ = 0;
};

/// About what a query takes in memory.
std::size_t query_bytes(const Query& query) {
  std::size_t bytes = 64;
  for (const QueryItem& item : query.items) {
    bytes += 128 + item.stream_prefix.size();
    for (const auto* texts : {&item.streams, &item.types, &item.tags}) {
      for (const std::string& text : *texts) bytes += 32 + text.size();
    }
  }
  return bytes;
}

/// The first event in (after, through] that matches.
Result<std::optional<Sequence>> find_match(Core& core, const View& view, const FailIfMatch& condition,
                                           Sequence through) {
  const ReadOptions options{.from = condition.after.next(), .through = through, .query = condition.query, .limit = 1};
  if (options.from > through) return std::nullopt;
  auto cursor = LocalCursor::open(core, options, view);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  const auto batch = (*cursor)->next_inside();
  if (!batch) return std::unexpected(batch.error());
  return *batch ? std::optional((**batch)[0].sequence()) : std::nullopt;
}

Result<Version> find_version(Core& core, const View& view, const Term& stream, Sequence through) {
  for (const auto& generation : view.tail->generations | std::views::reverse) {
    if (const auto head = generation->stream_head(stream, through)) return head->version;
  }
  if (const auto head = core.heads.find(stream)) return head->version;
  const std::uint64_t epoch = core.heads.epoch();
  const auto head = view.store->stream_head(stream.text);
  if (!head) return std::unexpected(head.error());
  if (!*head) return Version(0);
  core.heads.put_if_current(stream, **head, epoch);
  return (*head)->version;
}

Result<std::optional<KeyEntry>> find_key(const View& view, const IdempotencyKey& key, Sequence through) {
  for (const auto& generation : view.tail->generations | std::views::reverse) {
    if (const auto entry = generation->key(key, through)) return entry;
  }
  return view.store->key(key);
}

/// Brings what find_version() of a stream further on will look at into the processor's cache.
void prefetch(const Core& core, const View& view, const Term& stream) {
  const auto& generations = view.tail->generations;
  for (std::size_t at = 0; at + 1 < generations.size(); ++at) generations[at]->prefetch(stream);
  core.heads.prefetch(stream);
}

}  // namespace

AppendRequest::AppendRequest(Commit given, std::span<const EventId> ids)
    : commit(std::move(given)), events(commit.events, ids), fingerprint(fingerprint_of(commit.events)) {
  const std::size_t count = commit.events.size();
  StreamTable table(streams, count + commit.expected.size());
  event_stream.reserve(count);
  terms_end.reserve(count);
  correlations.reserve(count);  // the terms point into it
  terms.reserve(4 * count);     // a stream, a type, a tag, a correlation id; more make it grow
  for (std::size_t i = 0; i < count; ++i) {
    const EventFields event(events.event_words(i).data());
    const std::uint32_t place = table.place_of(event.text(EventLayout::stream));
    streams[place].written = true;
    event_stream.push_back(place);
    terms.push_back(streams[place].term);
    terms.push_back(make_term(TermKind::type, event.text(EventLayout::type)));
    for (std::size_t tag = 0; tag < event.tag_count(); ++tag) terms.push_back(make_term(TermKind::tag, event.tag(tag)));
    if (commit.events[i].correlation_id) {
      correlations.push_back(*commit.events[i].correlation_id);
      terms.push_back(make_term(TermKind::correlation, text_of(correlations.back())));
    }
    terms_end.push_back(static_cast<std::uint32_t>(terms.size()));
  }
  std::vector<Event>().swap(commit.events);  // here, by the thread that most likely made them
  for (const ExpectedVersion& expected : commit.expected) {
    streams[table.place_of(expected.stream)].expected = expected.version;
  }
  bytes = 8 * events.word_count() + sizeof *this + 64 * terms.size();
  for (const ExpectedVersion& expected : commit.expected) bytes += 128 + expected.stream.size();
  for (const FailIfMatch& condition : commit.fail_if_match) bytes += query_bytes(condition.query);
}

Result<void> look_up(Core& core, const View& view, AppendRequest& request) {
  request.looked_up_through = view.tail->frozen_through();
  request.known_key.reset();
  request.known_conflict.reset();
  if (request.commit.key && !request.new_key) {
    auto entry = find_key(view, *request.commit.key, request.looked_up_through);
    if (!entry) return std::unexpected(std::move(entry.error()));
    request.known_key = *entry;
    if (request.known_key) return {};  // conditions are not checked for a repeat
  }
  for (std::size_t at = 0; at < request.streams.size(); ++at) {
    if (at + kStreamsAhead < request.streams.size()) prefetch(core, view, request.streams[at + kStreamsAhead].term);
    StreamUse& stream = request.streams[at];
    const auto version = find_version(core, view, stream.term, request.looked_up_through);
    if (!version) return std::unexpected(version.error());
    stream.known = *version;
  }
  for (const FailIfMatch& condition : request.commit.fail_if_match) {
    const auto match = find_match(core, view, condition, request.looked_up_through);
    if (!match) return std::unexpected(match.error());
    if (*match) {
      request.known_conflict = match_conflict(**match);
      return {};
    }
  }
  return {};
}

Error match_conflict(Sequence sequence) {
  Error error{.code = Code::conflict, .outcome = Outcome::not_appended, .message = {}};
  error.message = "conflict: the event " + std::to_string(sequence.value()) + " matches a fail-if-match query";
  error.conflict = Conflict{.kind = Conflict::Kind::match, .stream = {}, .sequence = sequence};
  return error;
}

Verdict key_verdict(const AppendRequest& request, const KeyEntry& entry) {
  const Sequence last = entry.first.plus(entry.event_count - 1);
  if (entry.fingerprint == request.fingerprint || planted(Bug::forget_fingerprint))
    return {.error = {}, .repeat = entry, .rests_on = last};
  Error error{.code = Code::conflict, .outcome = Outcome::not_appended, .message = {}};
  error.message = "conflict: the key " + request.commit.key->text() + " was used for other events, which begin at " +
                  std::to_string(entry.first.value());
  error.conflict = Conflict{.kind = Conflict::Kind::key, .stream = {}, .sequence = entry.first};
  return {.error = std::move(error), .repeat = {}, .rests_on = last};
}

}  // namespace daybook
