// Everything is looked for by walking the list. The one thing that is kept beside it, the streams' heads, is made anew
// when the list is cut.
#include "tests/simulation/model.h"

#include <algorithm>
#include <tuple>

namespace daybook::simulation {
namespace {

bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

bool matches(const QueryItem& item, const Event& event) {
  if (!item.streams.empty() && !contains(item.streams, event.stream)) return false;
  if (!event.stream.starts_with(item.stream_prefix)) return false;
  if (!item.types.empty() && !contains(item.types, event.type)) return false;
  for (const std::string& tag : item.tags) {
    if (!contains(event.tags, tag)) return false;
  }
  return !item.correlation_id || item.correlation_id == event.correlation_id;
}

/// What a fingerprint is over.
auto given(const Event& event) {
  return std::tie(event.stream, event.type, event.data, event.tags, event.content_type, event.id, event.occurred_at,
                  event.correlation_id, event.causation_id, event.traceparent, event.headers);
}

bool same_events(const Commit& a, const Commit& b) {
  return std::ranges::equal(a.events, b.events, [](const Event& x, const Event& y) { return given(x) == given(y); });
}

}  // namespace

bool matches(const Query& query, const Event& event) {
  return query.items.empty() ||
         std::ranges::any_of(query.items, [&](const QueryItem& item) { return matches(item, event); });
}

Version Model::version_of(const std::string& stream) const {
  const auto head = streams_.find(stream);
  return head == streams_.end() ? Version(0) : head->second.version;
}

Appended Model::appended_at(Sequence first, const Commit& commit) const {
  Appended appended{.first = first, .last = first.plus(commit.events.size() - 1), .versions = {}};
  for (std::size_t i = 0; i < commit.events.size(); ++i) {
    appended.versions[commit.events[i].stream] = at(first.plus(i)).version;
  }
  return appended;
}

Expectation Model::expect(const Commit& commit) const {
  using Kind = Expectation::Kind;
  if (commit.key) {
    if (const auto known = keys_.find(*commit.key); known != keys_.end()) {
      const Commit& earlier = at(known->second).commit->commit;
      if (!same_events(earlier, commit)) return {.kind = Kind::key_conflict, .appended = {}};
      Expectation repeated{.kind = Kind::repeated, .appended = appended_at(known->second, earlier)};
      repeated.appended.repeated = true;
      return repeated;
    }
  }
  for (const ExpectedVersion& expected : commit.expected) {
    if (version_of(expected.stream) != expected.version) return {.kind = Kind::version_conflict, .appended = {}};
  }
  for (const FailIfMatch& condition : commit.fail_if_match) {
    if (!find(condition.query, condition.after.next(), head()).empty()) {
      return {.kind = Kind::match_conflict, .appended = {}};
    }
  }
  Expectation expectation;
  expectation.appended.first = head().next();
  expectation.appended.last = head().plus(commit.events.size());
  for (const Event& event : commit.events) {
    Version& version = expectation.appended.versions.try_emplace(event.stream, version_of(event.stream)).first->second;
    version = version.next();
  }
  return expectation;
}

void Model::append(const SubmittedPtr& commit) {
  const Sequence first = head().next();
  for (std::size_t i = 0; i < commit->commit.events.size(); ++i) {
    const Event& event = commit->commit.events[i];
    StreamHead& stream = streams_[event.stream];
    stream = {.stream = event.stream, .version = stream.version.next(), .last_sequence = head().next()};
    events_.push_back({.commit = commit, .place = i, .version = stream.version, .recorded_at = {}, .link = {}});
  }
  if (commit->commit.key) keys_.emplace(*commit->commit.key, first);
  commits_.push_back(commit);
}

void Model::truncate(Sequence head) {
  const std::vector<ModelEvent> events = std::move(events_);
  const std::vector<SubmittedPtr> commits = std::move(commits_);
  events_.clear();
  commits_.clear();
  streams_.clear();
  keys_.clear();
  for (const SubmittedPtr& commit : commits) {
    if (events_.size() == head.value()) break;
    append(commit);
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    events_[i].recorded_at = events[i].recorded_at;
    events_[i].link = events[i].link;
  }
}

std::string Model::check_conflict(const Commit& commit, const Error& error) const {
  if (!error.conflict) return "a conflict that does not say which";
  const Conflict& conflict = *error.conflict;
  if (conflict.kind == Conflict::Kind::key) {
    const auto known = commit.key ? keys_.find(*commit.key) : keys_.end();
    return known != keys_.end() && known->second == conflict.sequence ? "" : "a conflict of a key that is not known";
  }
  if (conflict.kind == Conflict::Kind::version) {
    for (const ExpectedVersion& expected : commit.expected) {
      if (expected.stream != conflict.stream || expected.version != conflict.expected) continue;
      return conflict.actual == version_of(expected.stream) ? "" : "a conflict with a version that no stream has";
    }
    return "a conflict over a version that nobody expected";
  }
  const bool there = conflict.sequence != Sequence(0) && conflict.sequence <= head();
  const bool holds =
      there && std::ranges::any_of(commit.fail_if_match, [&](const FailIfMatch& condition) {
        return conflict.sequence > condition.after && matches(condition.query, at(conflict.sequence).event());
      });
  return holds ? "" : "a conflict with an event that does not match";
}

std::vector<std::uint64_t> Model::find(const Query& query, Sequence from, Sequence through) const {
  std::vector<std::uint64_t> found;
  for (Sequence at_hand = std::max(from, Sequence(1)); at_hand <= std::min(through, head()); at_hand = at_hand.next()) {
    if (matches(query, at(at_hand).event())) found.push_back(at_hand.value());
  }
  return found;
}

std::optional<Sequence> Model::keyed(std::uint64_t chance) const {
  if (keys_.empty()) return std::nullopt;
  return std::next(keys_.begin(), static_cast<std::ptrdiff_t>(chance % keys_.size()))->second;
}

}  // namespace daybook::simulation
