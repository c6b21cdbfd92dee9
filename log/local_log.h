// The wiring of an open log: which parts it has, in the order they begin and end.
//
// Threads: any. Owns: everything.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "api/log_impl.h"
#include "daybook/log.h"
#include "log/append_queue.h"
#include "log/completions.h"
#include "log/core.h"
#include "log/follower.h"
#include "log/id_generator.h"
#include "log/indexer.h"
#include "log/recovery.h"
#include "log/sequencer.h"

namespace rocksdb {
class Env;
}

namespace daybook {

/// Who makes a log do its work.
enum class Drive : std::uint8_t {
  threads,  ///< Its own threads.
  steps,    ///< Whoever opened it, by calling step_*(): a simulation.
};

/// A writer's machinery: present only in logs opened read_write.
struct Writer {
  Writer(Core& core, WriterState state);

  WriterState state;
  IdGenerator ids;
  AppendQueue queue;
  Completions completions;
  Sequencer sequencer;
  Indexer indexer;
  std::atomic<bool> stopping{false};
  std::thread sequencer_thread;
  std::thread indexer_thread;
};

class LocalLog final : public Log::Impl {
 public:
  /// `env`: where its files are, instead of the disk or the memory that `options` name; it outlives the log.
  LocalLog(const std::filesystem::path& directory, const Options& options, rocksdb::Env* env = nullptr,
           Drive drive = Drive::threads);
  ~LocalLog() override;

  [[nodiscard]] Result<void> open();

  [[nodiscard]] Result<void> close() override;
  [[nodiscard]] LogId id() const override { return core.log_id; }
  [[nodiscard]] Sequence head() const override { return core.head.head(); }
  [[nodiscard]] Result<Checkpoint> checkpoint_at(Sequence sequence) override;
  [[nodiscard]] Result<void> check(const Checkpoint& checkpoint) override;
  [[nodiscard]] Result<Appended> append(Commit commit, AppendOptions options) override;
  [[nodiscard]] Result<void> append_async(Commit commit, Completion completion, AppendOptions options) override;
  [[nodiscard]] Result<Cursor> read(const ReadOptions& options) override;
  [[nodiscard]] Result<PinnedEvent> get(Sequence sequence) override;
  [[nodiscard]] Result<Placement> placement(Sequence sequence) override;
  [[nodiscard]] Result<Sequence> first_at(Timestamp time) override;
  [[nodiscard]] Result<Sequence> sequence_of(std::string_view stream, Version version) override;
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(const SubscribeOptions& options) override;
  [[nodiscard]] Result<StreamHead> stream_head(std::string_view stream) override;
  [[nodiscard]] Result<std::vector<StreamHead>> streams(std::string_view prefix, std::string_view after,
                                                        std::size_t limit) override;
  [[nodiscard]] Result<Statistics> statistics() override;
  [[nodiscard]] Result<VerifyReport> verify(
      const std::function<bool(std::uint64_t done, std::uint64_t total)>& progress, VerifyScope scope) override;
  [[nodiscard]] Result<void> flush_index() override;
  [[nodiscard]] Result<Sequence> refresh() override;
  [[nodiscard]] std::optional<Error> damage() const override;
  [[nodiscard]] const std::filesystem::path& directory() const override { return core.directory; }
  [[nodiscard]] const Options& options() const override { return core.options; }

  /// What a read with an index needs; readers first bring the tail up to date.
  [[nodiscard]] Result<View> indexed_view();

  /// Each does one step of a writer's work on the calling thread. False: there was nothing to do.
  bool step_sequencer() { return writer_->sequencer.step(); }
  bool step_indexer();
  bool step_completions() { return writer_->completions.step(); }
  /// Hands what is not yet indexed to the indexer, at the sequencer's next step.
  void request_freeze() { writer_->sequencer.request_freeze(); }

 private:
  /// Checks, encodes and looks up; what may fail for certain fails here.
  [[nodiscard]] Result<RequestPtr> prepare(Commit commit, const AppendOptions& options);
  [[nodiscard]] Result<Appended> wait_for(AppendRequest& request);
  [[nodiscard]] Result<void> start_threads();
  void run_sequencer();
  void run_indexer();
  void finish_by_steps();
  void stop_threads();
  [[nodiscard]] Result<void> settle();

  const Drive drive_;
  std::unique_ptr<rocksdb::Env> memory_;  ///< Only in memory.

 public:
  Core core;
  std::unique_ptr<Follower> follower;  ///< Only in read-only logs.

 private:
  std::unique_ptr<Writer> writer_;
};

}  // namespace daybook
