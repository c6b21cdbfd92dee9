// What every part of an open log shares: the store, the tail, the cache, the head. `LocalLog` wires it.
//
// Threads: any; see each member. Owns: all of it.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "base/mutex.h"
#include "daybook/log.h"
#include "daybook/options.h"
#include "log/block_cache.h"
#include "log/file_layer.h"
#include "log/head_cache.h"
#include "log/head_signal.h"
#include "log/store.h"
#include "log/tail.h"

namespace daybook {

/// A consistent way to look things up: the tail as of `head`, and the postings below it. Take one, use it, drop it.
struct View {
  Sequence head;
  std::shared_ptr<const Store> store;
  std::shared_ptr<const TailSet> tail;
  std::optional<Error> no_index{};  ///< Why the postings cannot be used, where they cannot: then only a scan helps.
};

class Core {
 public:
  Core(const Options& given, std::filesystem::path where, rocksdb::Env& env)
      : options(given), directory(std::move(where)), files(env), cache(given.block_cache_bytes) {}

  /// Held by whoever reads, for as long as a call takes; `closed` once close() has begun, which waits for all of them
  /// before the store goes.
  using Use = std::shared_lock<std::shared_mutex>;
  [[nodiscard]] Result<Use> enter() const;
  /// From here on enter() fails; returns when nobody is inside. False: it was closed before.
  [[nodiscard]] bool shut();

  /// Where everything up to the head can be found, now.
  [[nodiscard]] View view() const;
  /// Puts another store or tail in place (opening; a follower's refresh).
  void replace(std::shared_ptr<Store> store, std::shared_ptr<Tail> tail);
  [[nodiscard]] std::shared_ptr<Store> store() const;
  [[nodiscard]] std::shared_ptr<Tail> tail() const;

  /// The block that holds `sequence`, from the cache or verified from storage; `corruption` where there is none.
  [[nodiscard]] Result<std::shared_ptr<const Block>> block_containing(Sequence sequence);
  /// The checkpoint at `sequence`, at most the head; for 0 the log's beginning.
  [[nodiscard]] Result<Checkpoint> checkpoint_at(Sequence sequence);
  /// `diverged` unless this history holds `checkpoint`.
  [[nodiscard]] Result<void> check(const Checkpoint& checkpoint);

  const Options options;
  const std::filesystem::path directory;
  FileLayer files;
  LogId log_id{};
  std::atomic<Recovered> recovered{Recovered::clean};  ///< As Statistics::recovered.
  BlockCache cache;
  HeadCache heads;  ///< Of streams, for appends.
  HeadSignal head;
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }
  std::atomic<std::size_t> subscriptions{0};

 private:
  mutable std::shared_mutex life_;
  std::atomic<bool> closed_{false};

  mutable Mutex mutex_;
  std::shared_ptr<Store> store_ DAYBOOK_GUARDED_BY(mutex_);
  std::shared_ptr<Tail> tail_ DAYBOOK_GUARDED_BY(mutex_);
};

/// Adds the terms, versions and keys of a block that is already stored (opening, following).
void add_block_to_tail(const Block& block, Tail& tail);

}  // namespace daybook
