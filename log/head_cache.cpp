// Direct-mapped: the newest stream of a slot pushes the older one out. A wrong head would break the log, so an entry is
// told apart by its whole name, and one that was read before the postings changed is never stored: the indexer counts
// an epoch before it changes them and another after.
#include "log/head_cache.h"

namespace daybook {

std::optional<HeadEntry> HeadCache::find(const Term& stream) const {
  const Shard& shard = shards_[shard_of(stream)];
  const Lock lock(shard.mutex);
  if (shard.slots.empty()) return std::nullopt;
  const Slot& slot = shard.slots[slot_of(stream)];
  if (slot.hash != stream.hash || std::string_view(slot.name.data(), slot.bytes) != stream.text) return std::nullopt;
  return slot.head;
}

void HeadCache::put_if_current(const Term& stream, const HeadEntry& head, std::uint64_t epoch) {
  Shard& shard = shards_[shard_of(stream)];
  const Lock lock(shard.mutex);
  if (epoch == epoch_.load(std::memory_order_acquire)) store(shard, stream, head);
}

void HeadCache::put(const Term& stream, const HeadEntry& head) {
  Shard& shard = shards_[shard_of(stream)];
  const Lock lock(shard.mutex);
  store(shard, stream, head);
}

void HeadCache::store(Shard& shard, const Term& stream, const HeadEntry& head) {
  if (stream.text.size() > Slot{}.name.size()) return;
  if (shard.slots.empty()) shard.slots.resize(kSlots / kShards);
  Slot& slot = shard.slots[slot_of(stream)];
  slot.hash = stream.hash;
  slot.head = head;
  slot.bytes = static_cast<std::uint8_t>(stream.text.size());
  stream.text.copy(slot.name.data(), slot.name.size());
}

}  // namespace daybook
