// The unindexed tail: generations of terms in memory, oldest first; the newest grows, the others wait for the indexer.
//
// Threads: any; set() hands out an immutable list. freeze() and active() belong to the sequencer, drop_oldest() to the
// indexer. Owns: its generations, together with whoever holds a TailSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "daybook/ids.h"
#include "log/generation.h"

namespace daybook {

/// What the tail was at one moment. The generations cover everything after `indexed_through`.
struct TailSet {
  Sequence indexed_through;
  LogCounts indexed_counts;                                  ///< Of everything through there.
  std::vector<std::shared_ptr<TailGeneration>> generations;  ///< Oldest first; never empty; the last is the active one.
  /// Everything at or below lies in frozen generations or postings, which no longer change.
  [[nodiscard]] Sequence frozen_through() const { return generations.back()->after(); }
};

class Tail {
 public:
  Tail(Sequence indexed_through, const LogCounts& indexed_counts);

  [[nodiscard]] std::shared_ptr<const TailSet> set() const;
  [[nodiscard]] TailGeneration& active();
  /// Closes the active generation, unless it is empty, and begins another.
  void freeze();
  /// The oldest generation that is not the active one; nullptr where there is none.
  [[nodiscard]] std::shared_ptr<TailGeneration> oldest_frozen() const;
  /// The oldest generation now stands in the postings.
  void drop_oldest();

  /// Sleeps until `ready` returns true; it is asked at first and after each change of the tail.
  template <class Ready>
  void wait(Ready ready) {
    while (true) {
      const std::uint64_t seen = changes();
      if (ready()) return;
      Lock lock(mutex_);
      while (changes_ == seen) changed_.wait(lock);
    }
  }
  /// Makes waiters ask again.
  void ring();

  [[nodiscard]] std::size_t event_count() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] std::uint64_t changes() const;

  const std::shared_ptr<SpareTable> spare_ = std::make_shared<SpareTable>();
  mutable Mutex mutex_;
  Bell changed_;
  std::shared_ptr<const TailSet> set_ DAYBOOK_GUARDED_BY(mutex_);  ///< Replaced, never changed.
  std::uint64_t changes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
};

}  // namespace daybook
