// Commits are decided in the order in which they were queued and told in that order, so when one is told the model
// holds exactly what it was decided against: its answer can be foretold, and must be the one that is given.
#include "tests/simulation/appends.h"

#include <algorithm>

#include "tests/simulation/readers.h"

namespace daybook::simulation {
namespace {

using Kind = Expectation::Kind;

/// After each opening.
constexpr std::uint64_t kKeysChecked = 4;

bool same(const Appended& a, const Appended& b) {
  return a.first == b.first && a.last == b.last && a.versions == b.versions && a.repeated == b.repeated;
}

std::string text_of(const Appended& appended) {
  std::string text = std::to_string(appended.first.value()) + ".." + std::to_string(appended.last.value()) +
                     (appended.repeated ? " repeated" : "");
  for (const auto& [stream, version] : appended.versions) {
    text += " " + stream.substr(0, 20) + "@" + std::to_string(version.value());
  }
  return text;
}

Kind kind_of(const Conflict& conflict) {
  switch (conflict.kind) {
    case Conflict::Kind::version:
      return Kind::version_conflict;
    case Conflict::Kind::match:
      return Kind::match_conflict;
    case Conflict::Kind::key:
      return Kind::key_conflict;
  }
  return Kind::appended;
}

}  // namespace

Commit Appends::make_commit() {
  Random& random = world_.random;
  Commit commit = world_.shapes.commit(world_.model, number_);
  if (!random.chance(25)) return commit;
  // A client that was not told, or was told long ago, tries again.
  const Commit* earlier = nullptr;
  const auto known = world_.model.keyed(random.next());
  if (random.chance(40) && !waiting_.empty()) {
    earlier = &random.one_of(waiting_).commit->commit;
  } else if (random.chance(50) && !unresolved_.empty()) {
    earlier = &random.one_of(unresolved_)->commit;
  } else if (known) {
    earlier = &world_.model.at(*known).commit->commit;
  }
  if (earlier == nullptr || !earlier->key) return commit;
  if (random.chance(15)) {
    commit.key = earlier->key;  // with other events
    return commit;
  }
  commit.events = earlier->events;
  commit.key = earlier->key;
  return commit;
}

void Appends::submit() {
  submit(make_commit());
}

void Appends::submit(Commit commit) {
  const auto submitted = std::make_shared<const Submitted>(Submitted{++number_, std::move(commit)});
  const auto timeout = world_.random.chance(90) ? std::chrono::milliseconds(3'600'000)
                                                : std::chrono::milliseconds(world_.random.below(5));
  const auto deadline = world_.clock.steady_now() + timeout;
  world_.history.note("submit " + std::to_string(number_) + " events " +
                      std::to_string(submitted->commit.events.size()) + " expected " +
                      std::to_string(submitted->commit.expected.size()) + " queries " +
                      std::to_string(submitted->commit.fail_if_match.size()) + (submitted->commit.key ? " key" : ""));
  waiting_.push_back({submitted, deadline});
  const auto queued = world_.log->append_async(
      submitted->commit, [this, submitted](const Result<Appended>& result) { told(submitted, result); },
      {.timeout = timeout});
  if (queued) return;
  waiting_.pop_back();
  world_.history.note("not queued: " + to_string(queued.error()));
  world_.fail_if(queued.error().outcome != Outcome::not_appended, "what was not queued was not appended");
  if (queued.error().code == Code::busy) {
    world_.fail_if(waiting_.empty(), "an empty queue says that it is full");
  } else {
    world_.unless_disk_failed(queued.error(), "an append's look-up");
  }
}

void Appends::settle() {
  while (world_.impl->step_completions()) {
  }
  if (broken_ || world_.disk.has_failed() || world_.disk.ended()) return;
  world_.fail_if(world_.log->head() != world_.model.head(),
                 "the head is " + std::to_string(world_.log->head().value()) + ", and what was told ends at " +
                     std::to_string(world_.model.head().value()));
}

void Appends::check_keys() {
  for (std::uint64_t i = 0; i < kKeysChecked && !broken_ && !world_.disk.ended(); ++i) {
    const auto known = world_.model.keyed(world_.random.next());
    if (!known) return;
    Commit commit = world_.model.at(*known).commit->commit;
    if (i == 0) commit.events.front().data.push_back('!');
    submit(std::move(commit));
    while (world_.impl->step_sequencer() || world_.impl->step_indexer()) {
    }
    settle();
  }
}

void Appends::told(const SubmittedPtr& commit, const Result<Appended>& result) {
  world_.history.note("told " + std::to_string(commit->number) + ": " +
                      (result ? text_of(*result) : to_string(result.error())));
  const auto at = std::ranges::find(waiting_, commit, &Waiting::commit);
  if (at == waiting_.end()) return world_.fail("an append was told twice, or after the log was closed");
  const auto deadline = at->deadline;
  waiting_.erase(at);
  if (!result && result.error().code == Code::timeout) {
    ++refused_;
    world_.fail_if(result.error().outcome != Outcome::not_appended, "a commit that expired in the queue is certain");
    return world_.fail_if(world_.clock.steady_now() < deadline, "an append timed out before its deadline");
  }
  world_.fail_if(commit->number < last_told_, "appends were told out of order");
  last_told_ = commit->number;
  if (result) {
    told_success(*commit, *result, commit);
  } else {
    told_error(*commit, result.error(), commit);
  }
}

void Appends::told_success(const Submitted& commit, const Appended& appended, const SubmittedPtr& shared) {
  const Expectation expected = world_.model.expect(commit.commit);
  if (expected.kind != Kind::appended && expected.kind != Kind::repeated) {
    return world_.fail("commit " + std::to_string(commit.number) + " was appended, and a condition does not hold");
  }
  if (!same(expected.appended, appended)) {
    return world_.fail("commit " + std::to_string(commit.number) + " was told " + text_of(appended) + " and is " +
                       text_of(expected.appended));
  }
  if (appended.repeated) return;
  world_.fail_if(broken_, "a log whose write failed acknowledged commit " + std::to_string(commit.number));
  world_.model.append(shared);
  ++appended_;
}

void Appends::told_error(const Submitted& commit, const Error& error, const SubmittedPtr& shared) {
  ++refused_;
  const Expectation expected = world_.model.expect(commit.commit);
  if (error.code == Code::conflict) {
    world_.fail_if(error.outcome != Outcome::not_appended, "a conflict is certain");
    // In a group that failed, what came before it decides which of several conflicts is met first.
    world_.fail_if(!error.conflict || (!broken_ && kind_of(*error.conflict) != expected.kind),
                   "commit " + std::to_string(commit.number) + " has another conflict, or none");
    const std::string wrong = world_.model.check_conflict(commit.commit, error);
    return world_.fail_if(!wrong.empty(), "commit " + std::to_string(commit.number) + ": " + wrong);
  }
  world_.unless_disk_failed(error, "commit " + std::to_string(commit.number));
  world_.fail_if(error.outcome == Outcome::none, "an append's error does not say what became of it");
  if (error.outcome != Outcome::may_have_been_appended) return;
  unresolved_.push_back(shared);
  if (expected.kind != Kind::repeated) broken_ = true;
}

void Appends::forget_process() {
  for (const Waiting& waiting : waiting_) unresolved_.push_back(waiting.commit);
  waiting_.clear();
  last_told_ = 0;
}

void Appends::recover(Sequence floor) {
  Model& model = world_.model;
  const Sequence head = world_.log->head();
  world_.history.note("recovered " + std::to_string(head.value()) + " of " + std::to_string(model.head().value()) +
                      ", at least " + std::to_string(floor.value()));
  if (head < floor) {
    return world_.fail("the log ends at " + std::to_string(head.value()) + ", and " + std::to_string(floor.value()) +
                       " events were safe");
  }
  if (head < model.head()) {
    model.truncate(head);
    if (model.head() != head) return world_.fail("the recovered log ends inside a commit");
  }
  last_taken_in_ = 0;
  while (model.head() < head && world_.trouble.empty()) {
    const auto event = world_.log->get(model.head().next());
    if (!event) return world_.unless_disk_failed(event.error(), "read a recovered event");
    const auto block = event->block();
    for (const CommitInfo& info : block->commits()) {
      if (info.first == model.head().next()) take_in(*block, info);
    }
  }
  unresolved_.clear();
  broken_ = false;
  check_events(world_, Sequence(1));
}

/// A commit that nobody was told of, or who was told "may have been".
void Appends::take_in(const Block& block, const CommitInfo& info) {
  const EventView first = block.event(static_cast<std::uint32_t>(info.first.value() - block.first_sequence().value()));
  for (const SubmittedPtr& commit : unresolved_) {
    if (commit->number <= last_taken_in_ || commit->commit.events.size() != info.event_count) continue;
    if (commit->commit.events.front().data != first.data()) continue;
    if (commit->commit.key != info.key || world_.model.expect(commit->commit).kind != Kind::appended) continue;
    last_taken_in_ = commit->number;
    world_.model.append(commit);
    return;
  }
  world_.fail("the recovered log holds a commit at " + std::to_string(info.first.value()) +
              " that was refused, is out of order, or nobody submitted");
}

}  // namespace daybook::simulation
