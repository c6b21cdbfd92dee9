// The log: open, append, read, subscribe. The one class that a program needs to begin with.
//
// Threads: any; close() and the destructor beside no other call but Subscription::next. Owns: the directory's lock
// (read_write), its threads, its caches.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/cursor.h"
#include "daybook/event.h"
#include "daybook/ids.h"
#include "daybook/options.h"
#include "daybook/placement.h"
#include "daybook/result.h"
#include "daybook/statistics.h"
#include "daybook/subscription.h"

namespace daybook {

/// What an append did.
struct Appended {
  Sequence first;                           ///< Of the first event of the commit.
  Sequence last;                            ///< Of its last; those between are its own too.
  std::map<std::string, Version> versions;  ///< Each stream of the commit and the version of its last event there.
  bool repeated = false;                    ///< True: the key was known; nothing was appended now.
};

/// How long an append may take.
struct AppendOptions {
  /// Passed before the sequencer took the commit: `timeout`, not appended. After: a blocking append returns
  /// `timeout`, may have been appended; an asynchronous one completes with its true result. At most 1 hour.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  /// Of an asynchronous one: its completion takes a microsecond or so, waits for no lock that is held for longer, and
  /// calls nothing of the log. Where few are to be told it then runs on the sequencer itself, which saves the wake-up
  /// of a thread, some 20 us, between the disk and whoever waits. A log elsewhere ignores it.
  bool brief_completion = false;
  /// The commit's key was made for it, and no append was ever tried under it: so it is not looked up in the index,
  /// which for small commits is much of the work. Where that is not true, the events may be there twice.
  bool new_key = false;
};

/// Runs once for each accepted asynchronous append, on the log's completion thread (but see
/// AppendOptions::brief_completion), one at a time, in commit order. Must not block, nor call close().
using Completion = std::move_only_function<void(Result<Appended>)>;

/// The last event of a stream.
struct StreamHead {
  std::string stream;      ///< Its whole name.
  Version version;         ///< That of its last event; 0: it does not exist.
  Sequence last_sequence;  ///< That of its last event; 0: it does not exist.
};

/// An append-only event log in one directory (docs/format.md).
class Log {
 public:
  /// Opens `directory`. Errors: `not_found` (no log there), `busy` (another writer; the message names its pid,
  /// command and start), `corruption`, `unsupported` (newer format), `denied`, `io`, `invalid` (options). Blocks
  /// while it recovers: 1.5 us an event behind the index, as measured in the design's prototypes.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const std::filesystem::path& directory,
                                                         const Options& options = {});
  /// Closes without reporting; prefer close().
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Finishes queued appends, indexes where worth it, flushes and syncs; then every call says `closed`. Waits for
  /// the log's threads; no completion runs afterwards. A second call does nothing. Destroy cursors and subscriptions
  /// before: while one lives, the files stay open and this process cannot open the log for writing again.
  [[nodiscard]] Result<void> close();

  /// The log's id, made when it was created.
  [[nodiscard]] LogId id() const;
  /// The last sequence that readers see: durable (`buffered`: written). 0 for an empty log.
  [[nodiscard]] Sequence head() const;
  /// The checkpoint at the head.
  [[nodiscard]] Result<Checkpoint> head_checkpoint();
  /// The checkpoint at `sequence`, at most the head (`not_found`).
  [[nodiscard]] Result<Checkpoint> checkpoint_at(Sequence sequence);
  /// `diverged` unless this log's history holds `checkpoint`.
  [[nodiscard]] Result<void> check(const Checkpoint& checkpoint);

  /// Appends and waits until it is durable. Errors: `conflict` (see Error::conflict), `invalid`, `too_large`,
  /// `timeout`, `closed`, `io`; each states its outcome. When the queue is full it waits.
  [[nodiscard]] Result<Appended> append(Commit commit, AppendOptions options = {});
  /// Queues and returns; `completion` runs later. An error returned here (`busy` when the queue is full, `invalid`,
  /// ...) means not appended, and that `completion` never runs. Reads the index, so it may read the disk.
  [[nodiscard]] Result<void> append_async(Commit commit, Completion completion, AppendOptions options = {});

  /// A cursor over the events that `options` selects, as of now. Errors: `invalid`, `too_large` (query).
  [[nodiscard]] Result<Cursor> read(const ReadOptions& options = {});
  /// The event at `sequence`; `not_found` beyond the head or for 0.
  [[nodiscard]] Result<PinnedEvent> get(Sequence sequence);
  /// The file and the index terms of the event at `sequence`; `not_found` as get(). Looks each term up.
  [[nodiscard]] Result<Placement> placement(Sequence sequence);
  /// The first sequence recorded at or after `time`; one beyond the head where there is none.
  [[nodiscard]] Result<Sequence> first_at(Timestamp time);
  /// The sequence of `version` in `stream`; `not_found` where the stream has no such version.
  [[nodiscard]] Result<Sequence> sequence_of(std::string_view stream, Version version);

  /// A subscription that delivers each matching event once, in order, for ever. Errors: `diverged`, `invalid`,
  /// `busy` (subscriptions_max).
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(const SubscribeOptions& options = {});

  /// The stream's head; version 0 where it does not exist. A reader, here and in streams() and statistics(): `busy`
  /// (the index lies too far behind, docs/limits.md), `unsupported` (it does not fit the log, and a writer must rebuild
  /// it).
  [[nodiscard]] Result<StreamHead> stream_head(std::string_view stream);
  /// Up to `limit` streams whose names begin with `prefix`, in byte order, those after `after` only.
  [[nodiscard]] Result<std::vector<StreamHead>> streams(std::string_view prefix, std::string_view after = {},
                                                        std::size_t limit = 1000);

  /// Counts as of the head. Errors: `io`, `corruption`, `closed`.
  [[nodiscard]] Result<Statistics> statistics();
  /// Reads everything once and compares it (docs/invariants.md). Damage is in the report; an error means that the
  /// check itself could not be done. `progress` gets events done and in all, now and then, on this thread; false
  /// from it stops with `closed`.
  [[nodiscard]] Result<VerifyReport> verify(
      const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress = {},
      VerifyScope scope = VerifyScope::everything);
  /// Writes the postings of every event up to the head that was durable at the call. Blocks.
  [[nodiscard]] Result<void> flush_index();
  /// Read-only logs: takes in what the writer has done since, and returns the new head. Others: the head.
  [[nodiscard]] Result<Sequence> refresh();

  /// Read-only logs: what is wrong behind the last readable event, or with HEAD, while everything up to the head can
  /// be read all the same. Whoever shows what was read shows this too, and does not call it complete.
  [[nodiscard]] std::optional<Error> damage() const;

  /// The directory that the log lives in.
  [[nodiscard]] const std::filesystem::path& directory() const;
  [[nodiscard]] const Options& options() const;

  /// The machinery; for daybook's own code.
  class Impl;

 private:
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
