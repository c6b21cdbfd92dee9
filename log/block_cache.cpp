// Ordered by first sequence, because what is asked for is "the block that holds this sequence", and because a scan then
// takes what follows it under one lock and one look-up.
#include "log/block_cache.h"

namespace daybook {
namespace {

// A run holds its blocks alive beyond the cache's bound: so it is short.
constexpr std::size_t kRunBlocksMax = 64;
constexpr std::size_t kRunBytesMax = 256 * 1024;

/// A block in memory: its bytes, and the bookkeeping here and around it.
std::size_t memory_of(const Block& block) {
  return block.bytes().size() + 320;
}

}  // namespace

std::shared_ptr<const Block> BlockCache::find(Sequence sequence) {
  const Lock lock(mutex_);
  auto at = by_first_.upper_bound(sequence);
  if (at == by_first_.begin()) return nullptr;
  --at;
  if (!at->second.block->contains(sequence)) return nullptr;
  order_.splice(order_.begin(), order_, at->second.place);
  return at->second.block;
}

std::vector<std::shared_ptr<const Block>> BlockCache::find_run(Sequence sequence) const {
  std::vector<std::shared_ptr<const Block>> run;
  const Lock lock(mutex_);
  auto at = by_first_.upper_bound(sequence);
  if (at == by_first_.begin()) return run;
  --at;
  if (!at->second.block->contains(sequence)) return run;
  std::size_t bytes = 0;
  Sequence next = at->first;
  for (; at != by_first_.end() && at->first == next && run.size() < kRunBlocksMax && bytes < kRunBytesMax; ++at) {
    if (run.empty()) run.reserve(16);
    run.push_back(at->second.block);
    bytes += run.back()->bytes().size();
    next = run.back()->last_sequence().next();
  }
  return run;
}

void BlockCache::add(const std::shared_ptr<const Block>& block, Order::iterator before) {
  // The newest block of a log is inserted most often, and stands last.
  const auto at = by_first_.try_emplace(by_first_.end(), block->first_sequence());
  if (at->second.block) return;
  at->second.block = block;
  at->second.place = order_.insert(before, block->first_sequence());
  bytes_ += memory_of(*block);
}

void BlockCache::insert(const std::shared_ptr<const Block>& block) {
  const Lock lock(mutex_);
  add(block, order_.begin());
  // The newest stays even where it alone is over the bound: it is what live subscriptions read next.
  while (bytes_ > bytes_max_ && order_.size() > 1) {
    const auto oldest = by_first_.find(order_.back());
    bytes_ -= memory_of(*oldest->second.block);
    by_first_.erase(oldest);
    order_.pop_back();
  }
}

void BlockCache::offer(const std::shared_ptr<const Block>& block) {
  const Lock lock(mutex_);
  if (bytes_ + memory_of(*block) <= bytes_max_) add(block, order_.end());
}

}  // namespace daybook
