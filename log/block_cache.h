// Verified blocks, bounded: the most recently used of point reads, queries and the live tail, and beside them the last
// ones that scans read, so that many who follow each other through storage have it read once.
//
// Threads: any; a mutex for a map look-up. Owns: its blocks, together with whoever else holds them.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "daybook/block.h"
#include "daybook/ids.h"

namespace daybook {

class BlockCache {
 public:
  explicit BlockCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// The block that holds `sequence`, if cached.
  [[nodiscard]] std::shared_ptr<const Block> find(Sequence sequence);
  /// That block and those that follow it without a gap, as far as they are cached: some, for a scan, which by that does
  /// not count as a use of them. Empty: `sequence` is not cached.
  [[nodiscard]] std::vector<std::shared_ptr<const Block>> find_run(Sequence sequence) const;
  void insert(const std::shared_ptr<const Block>& block);
  /// Keeps what a scan read for those who scan behind it. What scans have left goes before anything else does, first
  /// come, first gone; a scan pushes nothing out but that, and for large blocks what others have beyond three quarters.
  void offer(const std::shared_ptr<const Block>& block);

 private:
  using Order = std::list<Sequence>;
  struct Entry {
    std::shared_ptr<const Block> block;
    Order::iterator place{};
    bool scanned = false;  ///< `place` is in `scanned_`.
  };
  using Entries = std::map<Sequence, Entry>;

  void add(const std::shared_ptr<const Block>& block, bool scanned) DAYBOOK_REQUIRES(mutex_);
  void use(Entry& entry) DAYBOOK_REQUIRES(mutex_);
  void drop_oldest(Order& order) DAYBOOK_REQUIRES(mutex_);

  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  Order used_ DAYBOOK_GUARDED_BY(mutex_);     ///< First sequences; most recently used first.
  Order scanned_ DAYBOOK_GUARDED_BY(mutex_);  ///< Those that only scans have used; the last that came first.
  Entries by_first_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
  std::size_t scanned_bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;  ///< Of `bytes_`.
};

}  // namespace daybook
