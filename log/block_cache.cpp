// Ordered by first sequence, because what is asked for is "the block that holds this sequence".
#include "log/block_cache.h"

namespace daybook {
namespace {

/// A block in memory: its bytes, an offset an event, and the bookkeeping here.
std::size_t memory_of(const Block& block) {
  return block.bytes().size() + 4 * block.event_count() + 256;
}

}  // namespace

std::shared_ptr<const Block> BlockCache::find(Sequence sequence) {
  const Lock lock(mutex_);
  auto at = by_first_.upper_bound(sequence);
  if (at == by_first_.begin()) return nullptr;
  --at;
  if (!(*at->second)->contains(sequence)) return nullptr;
  order_.splice(order_.begin(), order_, at->second);
  return order_.front();
}

void BlockCache::insert(const std::shared_ptr<const Block>& block) {
  const Lock lock(mutex_);
  const auto [at, inserted] = by_first_.try_emplace(block->first_sequence());
  if (!inserted) return;
  order_.push_front(block);
  at->second = order_.begin();
  bytes_ += memory_of(*block);
  // The newest stays even where it alone is over the bound: it is what live subscriptions read next.
  while (bytes_ > bytes_max_ && order_.size() > 1) {
    bytes_ -= memory_of(*order_.back());
    by_first_.erase(order_.back()->first_sequence());
    order_.pop_back();
  }
}

}  // namespace daybook
