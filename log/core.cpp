// The head is read before the tail, and the tail before the postings, so that what moves on in between is seen twice
// rather than not at all.
#include "log/core.h"

#include <mutex>

#include "base/planted_bug.h"
#include "schema/block_builder.h"

namespace daybook {

Result<Core::Use> Core::enter() const {
  Use use(life_);
  if (closed()) return fail(Code::closed, "the log is closed");
  return use;
}

bool Core::shut() {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return false;
  head.ring();  // subscriptions look around and find it closed
  if (const auto waited_for = tail()) waited_for->ring();
  const std::unique_lock everybody_left(life_);
  return true;
}

View Core::view() const {
  View view{.head = head.head(), .store = nullptr, .tail = nullptr};
  const Lock lock(mutex_);
  view.tail = tail_->set();
  view.store = store_;
  return view;
}

void Core::replace(std::shared_ptr<Store> store, std::shared_ptr<Tail> tail) {
  const Lock lock(mutex_);
  store_ = std::move(store);
  tail_ = std::move(tail);
}

std::shared_ptr<Store> Core::store() const {
  const Lock lock(mutex_);
  return store_;
}

std::shared_ptr<Tail> Core::tail() const {
  const Lock lock(mutex_);
  return tail_;
}

Result<std::shared_ptr<const Block>> Core::block_containing(Sequence sequence) {
  if (auto cached = cache.find(sequence)) return cached;
  const auto from = store();
  auto block = from->block_at(sequence);
  if (!block) return block;
  if (*block == nullptr || !(*block)->contains(sequence)) {
    return fail(Code::corruption, "corruption at sequence " + std::to_string(sequence.value()) + " in " +
                                      from->file_of(sequence) + ": the log has no such event; run `daybook verify`");
  }
  cache.insert(*block);
  return block;
}

Result<Checkpoint> Core::checkpoint_at(Sequence sequence) {
  if (sequence == Sequence(0)) return Checkpoint{log_id, sequence, genesis_link(log_id)};
  if (sequence > head.head()) {
    return fail(Code::not_found, "there is no event " + std::to_string(sequence.value()) + "; the head is " +
                                     std::to_string(head.head().value()));
  }
  const auto block = block_containing(sequence);
  if (block) return Checkpoint{log_id, sequence, (*block)->link()};
  // What cannot be read any more is still named by the block behind it: whoever skips damage goes on from there.
  if (block.error().code == Code::corruption && sequence < head.head()) {
    const auto behind = block_containing(sequence.next());
    if (behind && (*behind)->first_sequence() == sequence.next())
      return Checkpoint{log_id, sequence, (*behind)->chain()};
  }
  return std::unexpected(block.error());
}

Result<void> Core::check(const Checkpoint& checkpoint) {
  const std::string place = "the checkpoint at sequence " + std::to_string(checkpoint.sequence.value());
  if (checkpoint.log_id != log_id) {
    return fail(Code::diverged, place + " is of the log " + checkpoint.log_id.text() + ", not of this one");
  }
  const auto own = checkpoint_at(checkpoint.sequence);
  if (!own && own.error().code != Code::not_found) return std::unexpected(own.error());
  if (!own) return fail(Code::diverged, place + " is beyond this log's head: the log was restored or cut");
  if (own->link != checkpoint.link && !planted(Bug::trust_diverged_checkpoint))
    return fail(Code::diverged, place + " is of another history of this log");
  return {};
}

void add_block_to_tail(const Block& block, Tail& tail) {
  TailGeneration& active = tail.active();
  std::vector<Version> versions;
  std::vector<Term> terms;
  std::vector<std::uint32_t> terms_end;
  std::vector<Uuid> correlations;
  correlations.reserve(block.event_count());  // the terms point into it
  LogCounts counts{.blocks = 1, .commits = block.commit_count()};
  for (std::uint32_t i = 0; i < block.event_count(); ++i) {
    const EventView event = block.event(i);
    terms.push_back(make_term(TermKind::stream, event.stream()));
    terms.push_back(make_term(TermKind::type, event.type()));
    for (std::size_t tag = 0; tag < event.tag_count(); ++tag) terms.push_back(make_term(TermKind::tag, event.tag(tag)));
    if (const auto id = event.correlation_id()) {
      correlations.push_back(*id);
      terms.push_back(make_term(TermKind::correlation, text_of(correlations.back())));
    }
    terms_end.push_back(static_cast<std::uint32_t>(terms.size()));
    versions.push_back(event.version());
    counts.streams += event.version() == Version(1) ? 1 : 0;
  }
  active.add({.first = block.first_sequence(), .versions = versions, .terms = terms, .terms_end = terms_end});
  for (const CommitInfo& commit : block.commits()) {
    if (commit.key) active.add_key(*commit.key, {commit.first, commit.event_count, commit.fingerprint});
  }
  active.count(counts);
}

}  // namespace daybook
