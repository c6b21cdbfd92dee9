// One thread orders. It compares what the appending thread looked up with what came since, which is all in memory; it
// never reads the disk but in one case: the indexer moved past a look-up while the commit waited, and it is done again.
//
// An outcome is told after its group is durable. One that rests on a commit of the same group (a repeat of its key, a
// conflict with it) is therefore never told before that commit is safe; if the group fails, see fail_group.
#include "log/sequencer.h"

#include <ranges>
#include <utility>

#include "base/check.h"
#include "base/logger.h"
#include "base/planted_bug.h"

namespace daybook {
namespace {

constexpr std::size_t kStreamsAhead = 8;  // streams between a fetch into the processor's cache and its use

Verdict refused(Error error, Sequence rests_on = {}) {
  error.outcome = Outcome::not_appended;
  return {.error = std::move(error), .repeat = {}, .rests_on = rests_on};
}

}  // namespace

Sequencer::Sequencer(Core& core, AppendQueue& queue, Completions& completions, HeadFile* head_file,
                     const std::shared_ptr<const Block>& last)
    : core_(core), queue_(queue), completions_(completions), head_file_(head_file) {
  if (last) {
    next_ = last->last_sequence().next();
    chain_ = last->link();
    recorded_at_ = last->recorded_at();
  } else {
    chain_ = genesis_link(core.log_id);
  }
  open_first_ = next_;
}

bool Sequencer::tail_is_full() const {
  const auto tail = core_.tail();
  return tail->event_count() >= core_.options.tail_events_max || tail->bytes() >= core_.options.tail_bytes_max;
}

bool Sequencer::step() {
  if (freeze_requested_.exchange(false, std::memory_order_acq_rel)) freeze();
  if (waits_for_indexer()) {
    freeze();
    return false;
  }
  Requests taken = queue_.take(core_.options.group_bytes_max);
  if (taken.empty()) return false;
  no_room_ = why_no_room();

  Requests claimed = claim(std::move(taken));

  tail_ = core_.tail()->set();
  recorded_at_ = std::max(planted(Bug::time_goes_back) ? Timestamp() : recorded_at_, core_.options.clock->now());
  for (const RequestPtr& request : claimed) decide(request);
  seal();
  commit(std::move(claimed));
  return true;
}

/// Takes requests over from their threads, but for those whose deadline passed: they are certain not to be appended.
Sequencer::Requests Sequencer::claim(Requests taken) {
  const auto now = core_.options.clock->steady_now();
  Requests expired;
  Requests claimed;
  claimed.reserve(taken.size());
  for (RequestPtr& request : taken) {
    auto waiting = AppendRequest::State::waiting;
    const bool in_time = now < request->deadline || planted(Bug::expired_is_appended);
    const auto next = in_time ? AppendRequest::State::taken : AppendRequest::State::abandoned;
    if (!request->state.compare_exchange_strong(waiting, next)) {
      queue_.release(*request);  // its thread gave up, and was told so
    } else if (next == AppendRequest::State::taken) {
      claimed.push_back(std::move(request));
    } else {
      request->verdict = refused({.code = Code::timeout, .message = "the deadline passed while the commit was queued"});
      expired.push_back(std::move(request));
    }
  }
  completions_.post(std::move(expired));
  return claimed;
}

bool Sequencer::waits_for_indexer() {
  return !is_broken() && tail_is_full() && !index_has_failed();
}

/// Never of a log that failed: its tail holds events that nobody may index.
void Sequencer::freeze() {
  if (!broken_) core_.tail()->freeze();
}

/// Asked before anything is numbered: a full disk met inside a write would cost the log its writability.
std::optional<Error> Sequencer::why_no_room() {
  if (tail_is_full()) {
    const Lock lock(index_mutex_);
    return index_error_;
  }
  if (core_.options.in_memory || planted(Bug::ignore_full_disk)) return std::nullopt;
  const auto free = core_.files.disk_free_bytes(core_.directory.string());
  if (!free) return free.error();
  if (*free >= core_.options.disk_free_bytes_min) return std::nullopt;
  return Error{.code = Code::io,
               .message = "the disk has " + std::to_string(*free) + " bytes left, and appends need " +
                          std::to_string(core_.options.disk_free_bytes_min) + "; make room and try again"};
}

void Sequencer::index_failed(const Error& error) {
  const Lock lock(index_mutex_);
  index_error_ = error;
}

bool Sequencer::index_has_failed() {
  const Lock lock(index_mutex_);
  return index_error_.has_value();
}

void Sequencer::decide(const RequestPtr& request) {
  if (broken_) {
    request->verdict = refused_for_good(*request);
  } else if (auto verdict = refusal(*request)) {
    request->verdict = std::move(*verdict);
  } else if (no_room_) {
    request->verdict = refused(*no_room_);
  } else {
    number(*request);
    add_to_block(*request);
  }
}

/// The verdict of a log that became read-only. A key of an append that failed cannot be told from one that did not
/// reach the disk until the log is opened again; everything else is certain.
Verdict Sequencer::refused_for_good(const AppendRequest& request) const {
  const auto entry = known_key(request);
  if (!entry) return refused(*broken_);
  Verdict verdict = key_verdict(request, *entry);
  if (verdict.rests_on <= core_.head.head()) return verdict;
  verdict = refused(*broken_);
  verdict.error->outcome = Outcome::may_have_been_appended;
  return verdict;
}

std::optional<KeyEntry> Sequencer::known_key(const AppendRequest& request) const {
  if (request.known_key || !request.commit.key || request.new_key) return request.known_key;
  for (const auto& generation : tail_->generations | std::views::reverse) {
    if (generation->after() < request.looked_up_through) break;
    if (const auto entry = generation->key(*request.commit.key, kSequenceMax)) return entry;
  }
  return std::nullopt;
}

/// Why the commit is not to be appended, if so: a known key, or a condition that does not hold.
std::optional<Verdict> Sequencer::refusal(AppendRequest& request) {
  if (request.looked_up_through < tail_->indexed_through && !planted(Bug::trust_stale_look_up)) {
    // The indexer took what this look-up relied on out of the tail while the commit waited: rare, so done here.
    const View view{.head = next_.previous(), .store = core_.store(), .tail = tail_};
    if (auto again = look_up(core_, view, request); !again) return refused(std::move(again.error()));
  }
  if (const auto entry = known_key(request)) return key_verdict(request, *entry);
  if (auto conflict = version_conflict(request)) return conflict;
  if (planted(Bug::skip_fail_if_match)) return std::nullopt;
  if (request.known_conflict) return refused(*request.known_conflict);
  if (auto conflict = match_conflict_since(request)) return conflict;
  if (request.events.event_count() > kSequenceMax.value() - next_.value()) {
    return refused({.code = Code::too_large, .message = "the log has no sequences left"});
  }
  return std::nullopt;
}

std::optional<Verdict> Sequencer::version_conflict(AppendRequest& request) {
  const TailGeneration& active = *tail_->generations.back();
  for (std::size_t at = 0; at < request.streams.size(); ++at) {
    if (at + kStreamsAhead < request.streams.size()) active.prefetch(request.streams[at + kStreamsAhead].term);
    StreamUse& stream = request.streams[at];
    stream.version = stream.known;
    Sequence rests_on;
    for (const auto& generation : tail_->generations | std::views::reverse) {
      if (generation->after() < request.looked_up_through) break;
      if (const auto head = generation->stream_head(stream.term, kSequenceMax)) {
        stream.version = head->version;
        rests_on = head->last_sequence;
        break;
      }
    }
    const Version current = planted(Bug::versions_at_look_up_only) ? stream.known : stream.version;
    if (!stream.expected || *stream.expected == current || planted(Bug::skip_expected_version)) continue;
    Error error{.code = Code::conflict, .message = {}};
    error.message = "conflict: the stream " + std::string(stream.term.text) + " is at version " +
                    std::to_string(stream.version.value()) + ", expected " + std::to_string(stream.expected->value());
    error.conflict = Conflict{.kind = Conflict::Kind::version,
                              .stream = std::string(stream.term.text),
                              .expected = *stream.expected,
                              .actual = stream.version};
    return refused(std::move(error), rests_on);
  }
  return std::nullopt;
}

std::optional<Verdict> Sequencer::match_conflict_since(const AppendRequest& request) const {
  if (planted(Bug::match_at_look_up_only)) return std::nullopt;
  for (const FailIfMatch& condition : request.commit.fail_if_match) {
    const Sequence from = std::max(condition.after, request.looked_up_through).next();
    if (from >= next_) continue;
    for (const auto& generation : tail_->generations) {
      if (generation->after() < request.looked_up_through) continue;
      if (const auto found = generation->find_first(condition.query, from, kSequenceMax)) {
        return refused(match_conflict(*found), *found);
      }
    }
  }
  return std::nullopt;
}

/// Gives the events their sequences and versions and makes them known to whatever comes later in this group.
void Sequencer::number(AppendRequest& request) {
  const std::size_t count = request.events.event_count();
  request.verdict = {.error = {}, .repeat = {}, .first = next_, .rests_on = next_.plus(count - 1)};
  request.versions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    StreamUse& stream = request.streams[request.event_stream[i]];
    if (!planted(Bug::versions_not_dense) || i == 0) stream.version = stream.version.next();
    request.versions.push_back(stream.version);
    group_counts_.streams += stream.version == Version(1) ? 1 : 0;
  }
  group_counts_.commits += 1;
  TailGeneration& active = *tail_->generations.back();
  active.add({.first = next_, .versions = request.versions, .terms = request.terms, .terms_end = request.terms_end});
  if (request.commit.key && !planted(Bug::forget_key)) {
    active.add_key(*request.commit.key, {next_, static_cast<std::uint32_t>(count), request.fingerprint});
  }
  next_ = next_.plus(count);
}

void Sequencer::add_to_block(const AppendRequest& request) {
  const std::size_t events = request.events.event_count();
  const std::size_t words = request.events.word_count();
  const std::size_t bytes = block_bytes(open_commits_.size() + 1, open_events_ + events, open_words_ + words);
  if (!open_commits_.empty() && bytes > core_.options.block_bytes_max) seal();
  open_commits_.push_back({.events = &request.events,
                           .key = request.commit.key,
                           .fingerprint = request.fingerprint,
                           .versions = request.versions});
  open_events_ += events;
  open_words_ += words;
}

void Sequencer::seal() {
  if (open_commits_.empty()) return;
  blocks_.push_back(seal_block(open_first_, recorded_at_, chain_, open_commits_));
  chain_ = blocks_.back()->link();
  open_first_ = blocks_.back()->last_sequence().next();
  open_commits_.clear();
  open_events_ = 0;
  open_words_ = 0;
}

void Sequencer::commit(Requests requests) {
  if (!blocks_.empty()) {
    const auto store = core_.store();
    const GroupTarget target{.store = *store, .head_file = head_file_, .durability = core_.options.durability};
    if (planted(Bug::publish_before_commit)) core_.head.publish(blocks_.back()->last_sequence());
    if (const auto committed = commit_group(target, blocks_); !committed) {
      fail_group(requests, committed.error());
    } else {
      publish();
    }
  }
  completions_.post(std::move(requests));
  // Who appended waits for an answer, and is told before those who only follow.
  if (!blocks_.empty()) core_.head.ring();
  blocks_.clear();
}

/// Nothing of a failed group is ever acknowledged, and nothing can be appended after it: the tail already holds its
/// events, and so may the disk.
void Sequencer::fail_group(const Requests& requests, const Error& failure) {
  const Sequence durable = core_.head.head();
  for (const RequestPtr& request : requests) {
    Verdict& verdict = request->verdict;
    if (verdict.rests_on <= durable) continue;  // it stands on older ground
    if (verdict.repeat && planted(Bug::repeat_before_durable)) continue;
    // A conflict with a lost commit is certain not to be appended itself; a repeat shares that commit's fate.
    const bool certain = verdict.error || planted(Bug::failure_is_not_appended);
    const Outcome outcome = certain ? Outcome::not_appended : Outcome::may_have_been_appended;
    verdict = {.error = failure, .repeat = {}};
    verdict.error->outcome = outcome;
  }
  if (planted(Bug::go_on_after_failure)) return;
  broken_ = Error{.code = Code::closed,
                  .message = "an earlier append failed (" + failure.message +
                             "), so the log is read-only until it is opened again"};
  log_error("commit failed sequence=" + std::to_string(durable.value() + 1) +
            " error=" + std::string(to_string(failure.code)) + "; log is read-only");
  is_broken_.store(true, std::memory_order_release);
  core_.tail()->ring();  // nobody may wait for an index of this tail
}

/// From here on the group is visible.
void Sequencer::publish() {
  for (const auto& block : blocks_) core_.cache.insert(block);
  group_counts_.blocks = blocks_.size();
  tail_->generations.back()->count(std::exchange(group_counts_, {}));
  core_.head.move(blocks_.back()->last_sequence());
  if (tail_->generations.back()->event_count() >= core_.options.index_batch_events) freeze();
}

}  // namespace daybook
