// Ordered by first sequence, because what is asked for is "the block that holds this sequence", and because a scan then
// takes what follows it under one lock and one look-up. The two queues are 2Q's (Johnson and Shasha, VLDB 1994): what
// is read once waits in a first-in, first-out queue of its own, and is among those that are used once it is asked for.
#include "log/block_cache.h"

#include <utility>

namespace daybook {
namespace {

// A run holds its blocks alive beyond the cache's bound: so it is short.
constexpr std::size_t kRunBlocksMax = 64;
constexpr std::size_t kRunBytesMax = 256 * 1024;

/// The share of the cache that scans may take from others, and the size of a block from which on that is worth more
/// than reading it again.
constexpr std::size_t kScannedShare = 4;
constexpr std::size_t kScannedBytesMin = 4 * 1024;

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
  use(at->second);
  return at->second.block;
}

void BlockCache::use(Entry& entry) {
  used_.splice(used_.begin(), entry.scanned ? scanned_ : used_, entry.place);
  if (std::exchange(entry.scanned, false)) scanned_bytes_ -= memory_of(*entry.block);
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

void BlockCache::add(const std::shared_ptr<const Block>& block, bool scanned) {
  // The newest block of a log is inserted most often, and stands last.
  Entry& entry = by_first_.try_emplace(by_first_.end(), block->first_sequence())->second;
  if (entry.block) return;
  Order& order = scanned ? scanned_ : used_;
  entry = {.block = block, .place = order.insert(order.begin(), block->first_sequence()), .scanned = scanned};
  bytes_ += memory_of(*block);
  if (scanned) scanned_bytes_ += memory_of(*block);
}

void BlockCache::drop_oldest(Order& order) {
  const auto oldest = by_first_.find(order.back());
  const std::size_t bytes = memory_of(*oldest->second.block);
  bytes_ -= bytes;
  if (oldest->second.scanned) scanned_bytes_ -= bytes;
  by_first_.erase(oldest);
  order.pop_back();
}

void BlockCache::insert(const std::shared_ptr<const Block>& block) {
  const Lock lock(mutex_);
  add(block, false);
  while (bytes_ > bytes_max_ && !scanned_.empty()) drop_oldest(scanned_);
  // The newest stays even where it alone is over the bound: it is what live subscriptions read next.
  while (bytes_ > bytes_max_ && used_.size() > 1) drop_oldest(used_);
}

void BlockCache::offer(const std::shared_ptr<const Block>& block) {
  const std::size_t bytes = memory_of(*block);
  const std::size_t share = bytes_max_ / kScannedShare;
  const Lock lock(mutex_);
  if (bytes_ + bytes > bytes_max_ && (bytes < kScannedBytesMin || bytes > share)) return;
  add(block, true);
  while (bytes_ > bytes_max_ && !scanned_.empty()) {
    drop_oldest(scanned_bytes_ > share || used_.size() <= 1 ? scanned_ : used_);
  }
}

}  // namespace daybook
