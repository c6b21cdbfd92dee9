// One bounded LRU of verified blocks, shared by point reads, queries and the live tail.
//
// Threads: any; a mutex for a map look-up. Owns: its blocks, together with whoever else holds them.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>

#include "base/mutex.h"
#include "daybook/block.h"
#include "daybook/ids.h"

namespace daybook {

class BlockCache {
 public:
  explicit BlockCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// The block that holds `sequence`, if cached.
  [[nodiscard]] std::shared_ptr<const Block> find(Sequence sequence);
  void insert(const std::shared_ptr<const Block>& block);

 private:
  using Order = std::list<std::shared_ptr<const Block>>;

  const std::size_t bytes_max_;
  Mutex mutex_;
  Order order_ DAYBOOK_GUARDED_BY(mutex_);  ///< Most recently used first.
  std::map<Sequence, Order::iterator> by_first_ DAYBOOK_GUARDED_BY(mutex_);
  std::size_t bytes_ DAYBOOK_GUARDED_BY(mutex_) = 0;
};

}  // namespace daybook
