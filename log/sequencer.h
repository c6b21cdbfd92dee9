// The sequencer: takes commits from the queue, decides them, numbers them, seals them into blocks and commits the
// group.
//
// Threads: step() one at a time; the log's sequencer thread calls it, a simulation may instead. Owns: the place where
// the next event goes.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "daybook/block.h"
#include "log/append_queue.h"
#include "log/completions.h"
#include "log/core.h"
#include "log/group_commit.h"
#include "schema/block_builder.h"

namespace daybook {

class Sequencer {
 public:
  /// Goes on after `last`, the log's last block (nullptr: an empty log).
  Sequencer(Core& core, AppendQueue& queue, Completions& completions, HeadFile* head_file,
            const std::shared_ptr<const Block>& last);

  /// Decides and commits one group. False: nothing was waiting, or the tail is full (see waits_for_indexer).
  bool step();
  /// The indexer failed for good: once the tail is full, commits are refused with this error. Any thread.
  void index_failed(const Error& error);
  [[nodiscard]] bool index_has_failed();
  /// A write failed: the log is read-only until it is opened again. Any thread.
  [[nodiscard]] bool is_broken() const { return is_broken_.load(std::memory_order_acquire); }
  /// The tail is full, and the indexer will make room: until then step() does nothing.
  [[nodiscard]] bool waits_for_indexer();
  /// Asks the next step, which any thread may bring about with AppendQueue::wake, to hand the tail to the indexer.
  void request_freeze() { freeze_requested_.store(true, std::memory_order_release); }

 private:
  using Requests = std::vector<RequestPtr>;

  [[nodiscard]] bool tail_is_full() const;
  [[nodiscard]] Requests claim(Requests taken);
  void decide(const RequestPtr& request);
  [[nodiscard]] std::optional<Verdict> refusal(AppendRequest& request);
  [[nodiscard]] std::optional<Verdict> version_conflict(AppendRequest& request);
  [[nodiscard]] std::optional<Verdict> match_conflict_since(const AppendRequest& request) const;
  void number(AppendRequest& request);
  void add_to_block(const AppendRequest& request);
  void seal();
  void commit(Requests requests);
  void fail_group(const Requests& requests, const Error& failure);
  [[nodiscard]] std::optional<Error> why_no_room();
  [[nodiscard]] Verdict refused_for_good(const AppendRequest& request) const;
  [[nodiscard]] std::optional<KeyEntry> known_key(const AppendRequest& request) const;
  void freeze();
  void publish();

  Core& core_;
  AppendQueue& queue_;
  Completions& completions_;
  HeadFile* const head_file_;
  Sequence next_{1};             ///< Of the next event.
  Link chain_;                   ///< The last sealed block's link.
  LogCounts group_counts_;       ///< Of the group at hand.
  Timestamp recorded_at_;        ///< Of the group at hand; never decreases.
  std::optional<Error> broken_;  ///< Set for good by a failed write: the log is read-only.
  std::atomic<bool> is_broken_{false};
  std::atomic<bool> freeze_requested_{false};
  Mutex index_mutex_;
  std::optional<Error> index_error_ DAYBOOK_GUARDED_BY(index_mutex_);

  // The group at hand:
  std::optional<Error> no_room_;  ///< Why nothing can be appended now, though the log is sound.
  std::shared_ptr<const TailSet> tail_;
  std::vector<std::shared_ptr<const Block>> blocks_;
  std::vector<NumberedCommit> open_commits_;  ///< Of the block that is being filled.
  std::size_t open_events_ = 0;
  std::size_t open_words_ = 0;
  Sequence open_first_{1};
};

}  // namespace daybook
