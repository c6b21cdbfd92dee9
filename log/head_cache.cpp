// A stream is in one of four slots; the newest pushes out one of the older ones, in turn: with a slot each, one of
// three of as many streams as there are slots would find its own taken. A wrong head would break the log, so an entry
// is told apart by its whole name, and one that was read before the postings changed is never stored: the indexer
// counts an epoch before it changes them and another after.
#include "log/head_cache.h"

#include <algorithm>
#include <span>

namespace daybook {

std::optional<HeadEntry> HeadCache::find(const Term& stream) const {
  const Shard& shard = shards_[shard_of(stream)];
  const Lock lock(shard.mutex);
  if (shard.slots.empty()) return std::nullopt;
  for (const Slot& slot : std::span(shard.slots).subspan(slot_of(stream), kWays)) {
    if (holds(slot, stream)) return slot.head;
  }
  return std::nullopt;
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
  if (shard.slots.empty()) {
    shard.slots.resize(kSlots / kShards);
    shard.place.store(shard.slots.data(), std::memory_order_relaxed);
  }
  const auto ways = std::span(shard.slots).subspan(slot_of(stream), kWays);
  auto place = std::ranges::find_if(ways, [&](const Slot& slot) { return holds(slot, stream); });
  if (place == ways.end()) place = std::ranges::find_if(ways, [](const Slot& slot) { return slot.bytes == 0; });
  if (place == ways.end()) place = ways.begin() + static_cast<std::ptrdiff_t>(shard.pushed_out++ % kWays);
  Slot& slot = *place;
  slot.hash = stream.hash;
  slot.head = head;
  slot.bytes = static_cast<std::uint8_t>(stream.text.size());
  stream.text.copy(slot.name.data(), slot.name.size());
}

}  // namespace daybook
