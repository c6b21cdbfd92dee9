// The wiring of an open log: which parts it has, in the order they begin and end.
//
// Threads: any. Owns: everything.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

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

class Log::Impl {
 public:
  Impl(const std::filesystem::path& directory, const Options& options);
  ~Impl();

  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> close();
  /// Checks, encodes and looks up; what may fail for certain fails here.
  [[nodiscard]] Result<RequestPtr> prepare(Commit commit, const AppendOptions& options);
  [[nodiscard]] Result<Appended> wait_for(AppendRequest& request);
  [[nodiscard]] Result<void> flush_index();
  /// What a read with an index needs; readers first bring the tail up to date.
  [[nodiscard]] Result<View> indexed_view();
  [[nodiscard]] bool is_writer() const { return writer_ != nullptr; }

 private:
  void run_sequencer();
  void run_indexer();
  void stop_threads();
  [[nodiscard]] Result<void> settle();

  std::unique_ptr<rocksdb::Env> memory_;  ///< Only in memory.

 public:
  Core core;
  std::unique_ptr<Follower> follower;  ///< Only in read-only logs.

 private:
  std::unique_ptr<Writer> writer_;

  friend class Log;
};

}  // namespace daybook
