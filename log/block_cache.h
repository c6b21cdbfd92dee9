// One bounded LRU of verified blocks, shared by point reads, queries, scans and the live tail.
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
  /// Keeps what a scan read where there is room, and lets go of it before anything else: a scan pushes nothing out.
  void offer(const std::shared_ptr<const Block>& block);

 private:
  using Order = std::list<Sequence>;
  struct Entry {
    std::shared_ptr<const Block> block;
    Order::iterator place{};
  };

  void add(const std::shared_ptr<const Block>& block, Order::iterator before) DAYBOOK_REQUIRES(mutex_);

  const std::size_t bytes_max_;
  mutable Mutex mutex_;
  Order order_ DAYBOOK_GUARDED_BY(mutex_);  ///< First sequences; most recently used first.
  std::map<Sequence, Entry> by_first_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
};

}  // namespace daybook
