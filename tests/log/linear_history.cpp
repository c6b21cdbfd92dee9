// Two bounds do the work. An operation takes effect at some place of the order; every append that was answered before
// the operation was called lies before that place, and every append that was called after it was answered lies behind.
// So what it saw must be the log's state at some length between known_at(called) and possible_at(answered).
#include "tests/log/linear_history.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

bool matches(const Query& query, const Event& event) {
  // Items of types and tags only, as this test's clients ask for.
  return std::ranges::any_of(query.items, [&](const QueryItem& item) {
    return std::ranges::find(item.types, event.type) != item.types.end() &&
           std::ranges::all_of(item.tags, [&](const std::string& tag) {
             return std::ranges::find(event.tags, tag) != event.tags.end();
           });
  });
}

bool same_events(const Commit& a, const Commit& b) {
  return std::ranges::equal(a.events, b.events, {}, &Event::data, &Event::data);
}

/// The largest value at a key before `stamp`; values grow with keys.
std::uint64_t before(const std::map<Stamp, std::uint64_t>& known, Stamp stamp) {
  const auto at = known.lower_bound(stamp);
  return at == known.begin() ? 0 : std::prev(at)->second;
}

/// Makes values grow with keys: from then on each is the largest so far.
void accumulate(std::map<Stamp, std::uint64_t>& known) {
  std::uint64_t largest = 0;
  for (auto& [stamp, value] : known) largest = value = std::max(value, largest);
}

}  // namespace

void LinearHistory::check(const std::vector<std::string>& events) {
  order(events.size());
  replay(events);
  for (const AppendSeen& append : appends_) check_answer(append);
  for (const ReadSeen& read : reads_) check_read(read);
}

/// An append whose answer was lost may stand in the log all the same; its retry then told where.
void LinearHistory::order(std::size_t events) {
  for (const AppendSeen& append : appends_) {
    if (!append.result) continue;
    const std::uint64_t first = append.result->first.value();
    const std::uint64_t last = append.result->last.value();
    REQUIRE(first >= 1);
    REQUIRE(last == first + append.commit.events.size() - 1);
    REQUIRE(last <= events);
    REQUIRE_MESSAGE(append.head_after.value() >= last, "told of " << last << ", which readers did not see yet");
    known_[append.answered] = std::max(last, append.head_after.value());
    if (!append.result->repeated) {
      REQUIRE_MESSAGE(appended_.emplace(first, &append).second, "two appends were told " << first);
    }
  }
  for (const AppendSeen& append : appends_) {
    if (append.result && append.result->repeated) appended_.emplace(append.result->first.value(), &append);
  }
  for (const auto& [first, append] : appended_) {
    if (append->commit.key) by_key_.emplace(*append->commit.key, append);
  }
  // An append's effect cannot lie before its first call; a repeat may have been called first.
  std::map<std::uint64_t, Stamp> called;
  for (const AppendSeen& append : appends_) {
    const auto own = append.commit.key ? by_key_.find(*append.commit.key) : by_key_.end();
    const AppendSeen* effect = own != by_key_.end() ? own->second : append.result ? &append : nullptr;
    if (effect == nullptr || !same_events(effect->commit, append.commit)) continue;
    const auto [at, inserted] = called.emplace(effect->result->first.value(), append.called);
    if (!inserted) at->second = std::min(at->second, append.called);
  }
  for (const auto& [first, stamp] : called) possible_[stamp] = appended_.at(first)->result->last.value();
  for (const ReadSeen& read : reads_) {
    if (!read.events.empty()) known_[read.answered] = read.events.back().first;
  }
  accumulate(known_);
  accumulate(possible_);
}

void LinearHistory::replay(const std::vector<std::string>& events) {
  for (const auto& [first, append] : appended_) {
    REQUIRE_MESSAGE(first == events_.size() + 1,
                    "events " << events_.size() + 1 << " to " << first - 1 << " were told to nobody, or to two");
    check_commit_at(*append);
    for (const Event& event : append->commit.events) {
      events_.push_back(&event);
      commit_of_.push_back(first);
      streams_[event.stream].push_back(events_.size());
      REQUIRE(events[events_.size() - 1] == event.data);
    }
    for (const auto& [name, version] : append->result->versions) REQUIRE(streams_[name].size() == version.value());
  }
  REQUIRE(events_.size() == events.size());
}

/// The conditions of a commit hold at its place.
void LinearHistory::check_commit_at(const AppendSeen& append) {
  for (const ExpectedVersion& expected : append.commit.expected) {
    REQUIRE_MESSAGE(streams_[expected.stream].size() == expected.version.value(),
                    "appended at " << events_.size() + 1 << " against its expected version");
  }
  for (const FailIfMatch& condition : append.commit.fail_if_match) {
    const std::uint64_t match = first_match(condition);
    REQUIRE_MESSAGE(match == 0, "appended at " << events_.size() + 1 << " although " << match << " matches");
  }
}

void LinearHistory::check_answer(const AppendSeen& append) {
  const auto own = append.commit.key ? by_key_.find(*append.commit.key) : by_key_.end();
  if (append.result && !append.result->repeated) {
    REQUIRE_MESSAGE(append.result->first.value() > known_at(append.called),
                    "appended at " << append.result->first.value() << ", before what was answered before its call");
    return;
  }
  if (append.result) {
    ++repeated_;
    REQUIRE(own != by_key_.end());
    REQUIRE(append.result->first == own->second->result->first);
    REQUIRE(append.result->versions == own->second->result->versions);
    REQUIRE(same_events(append.commit, own->second->commit));
    return;
  }
  const Error& error = append.result.error();
  if (error.outcome == Outcome::may_have_been_appended) {
    ++unknown_;
    REQUIRE(error.code == Code::timeout);
    return;
  }
  REQUIRE(error.outcome == Outcome::not_appended);
  if (error.code == Code::timeout) return;
  ++refused_;
  REQUIRE_MESSAGE(error.code == Code::conflict, to_string(error));
  REQUIRE(error.conflict.has_value());
  check_conflict(append, *error.conflict);
}

/// A refusal was true at some length of the log between call and answer.
void LinearHistory::check_conflict(const AppendSeen& append, const Conflict& conflict) {
  const std::uint64_t from = known_at(append.called);
  const std::uint64_t through = possible_at(append.answered);
  if (conflict.kind == Conflict::Kind::match) {
    const std::uint64_t sequence = conflict.sequence.value();
    REQUIRE_MESSAGE(sequence <= through, "refused for " << sequence << ", which was called for later");
    REQUIRE(std::ranges::any_of(append.commit.fail_if_match,
                                [&](const FailIfMatch& condition) { return first_match(condition) == sequence; }));
  } else if (conflict.kind == Conflict::Kind::key) {
    const auto own = by_key_.find(*append.commit.key);
    REQUIRE(own != by_key_.end());
    REQUIRE(conflict.sequence == own->second->result->first);
    REQUIRE(!same_events(append.commit, own->second->commit));
  } else {
    const std::uint64_t actual = conflict.actual.value();
    REQUIRE(std::ranges::any_of(append.commit.expected, [&](const ExpectedVersion& expected) {
      return expected.stream == conflict.stream && expected.version != conflict.actual;
    }));
    REQUIRE_MESSAGE(version_at(conflict.stream, from) <= actual, "refused for a version that was past");
    REQUIRE_MESSAGE(actual <= version_at(conflict.stream, through), "refused for a version that was to come");
    const auto& sequences = streams_[conflict.stream];
    if (actual == 0 || actual >= sequences.size()) return;
    REQUIRE_MESSAGE(commit_of_[sequences[actual - 1] - 1] != commit_of_[sequences[actual] - 1],
                    "refused for a version in the middle of a commit");
  }
}

void LinearHistory::check_read(const ReadSeen& read) {
  const std::uint64_t from = known_at(read.called);
  const std::uint64_t through = possible_at(read.answered);
  if (!read.stream.empty()) {
    REQUIRE_MESSAGE(version_at(read.stream, from) <= read.version.value(), "a stream's head was past");
    REQUIRE_MESSAGE(read.version.value() <= version_at(read.stream, through), "a stream's head was to come");
    return;
  }
  // All that matches through some length of at least `from`: whatever is not there begins behind both.
  auto seen = read.events.begin();
  for (std::uint64_t at = read.options.from.value(); at <= events_.size() && seen != read.events.end(); ++at) {
    if (!matches(read.options.query, *events_[at - 1])) continue;
    REQUIRE_MESSAGE(seen->first == at, "a read passed over " << at);
    REQUIRE(seen->second == events_[at - 1]->data);
    ++seen;
  }
  REQUIRE_MESSAGE(seen == read.events.end(), "a read saw what does not match or is not there");
  const std::uint64_t last = read.events.empty() ? read.options.from.value() - 1 : read.events.back().first;
  REQUIRE_MESSAGE(last <= std::max(through, read.options.from.value() - 1), "a read saw what was called for later");
  for (std::uint64_t at = last + 1; at <= from; ++at) {
    REQUIRE_MESSAGE(!matches(read.options.query, *events_[at - 1]), "a read lacks " << at);
  }
}

std::uint64_t LinearHistory::first_match(const FailIfMatch& condition) const {
  for (std::uint64_t at = condition.after.value(); at < events_.size(); ++at) {
    if (matches(condition.query, *events_[at])) return at + 1;
  }
  return 0;
}

std::uint64_t LinearHistory::version_at(const std::string& stream, std::uint64_t sequence) const {
  const auto at = streams_.find(stream);
  if (at == streams_.end()) return 0;
  return static_cast<std::uint64_t>(std::ranges::upper_bound(at->second, sequence) - at->second.begin());
}

std::uint64_t LinearHistory::known_at(Stamp stamp) const {
  return before(known_, stamp);
}

std::uint64_t LinearHistory::possible_at(Stamp stamp) const {
  return before(possible_, stamp);
}

}  // namespace daybook::test
