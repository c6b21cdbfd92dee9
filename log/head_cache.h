// Stream heads that the postings hold, kept at hand for appends: a look-up in a table instead of one in sorted files.
//
// Threads: any. Owns: a table of fixed size, made at first use.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/mutex.h"
#include "log/term.h"

namespace daybook {

/// What it holds is what the postings say; what it does not hold has to be asked of them. Streams with names beyond 39
/// bytes are never held.
class HeadCache {
 public:
  HeadCache() = default;
  HeadCache(const HeadCache&) = delete;
  HeadCache& operator=(const HeadCache&) = delete;

  [[nodiscard]] std::optional<HeadEntry> find(const Term& stream) const;
  /// Brings what find() will look at into the processor's cache.
  void prefetch(const Term& stream) const {
    const Slot* const slots = shards_[shard_of(stream)].place.load(std::memory_order_relaxed);
    if (slots != nullptr) __builtin_prefetch(slots + slot_of(stream));
  }

  /// To be taken before the postings are asked: what they said is stored only if nothing was ingested meanwhile.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_.load(std::memory_order_acquire); }
  void put_if_current(const Term& stream, const HeadEntry& head, std::uint64_t epoch);

  /// The indexer, before and after it changes the postings: what was read until then is no longer stored.
  void begin_epoch() { epoch_.fetch_add(1, std::memory_order_acq_rel); }
  /// The indexer, after it has changed them.
  void put(const Term& stream, const HeadEntry& head);

 private:
  static constexpr std::size_t kSlots = 128 * 1024;
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kWays = 4;  ///< Slots that a stream may be in, side by side.

  struct alignas(64) Slot {
    std::uint64_t hash = 0;
    HeadEntry head;
    std::uint8_t bytes = 0;  ///< 0: free.
    std::array<char, 39> name{};
  };
  static_assert(sizeof(Slot) == 64, "one cache line");
  struct Shard {
    mutable Mutex mutex;
    std::vector<Slot> slots DAYBOOK_GUARDED_BY(mutex);
    std::atomic<const Slot*> place{nullptr};               ///< Of the slots, once they are there.
    std::size_t pushed_out DAYBOOK_GUARDED_BY(mutex) = 0;  ///< How often; says which of a stream's slots is next.
  };
  [[nodiscard]] static std::size_t shard_of(const Term& stream) { return stream.hash % kShards; }
  /// The first of its kWays.
  [[nodiscard]] static std::size_t slot_of(const Term& stream) {
    return stream.hash / kShards % (kSlots / kShards / kWays) * kWays;
  }
  [[nodiscard]] static bool holds(const Slot& slot, const Term& stream) {
    return slot.hash == stream.hash && std::string_view(slot.name.data(), slot.bytes) == stream.text;
  }
  static void store(Shard& shard, const Term& stream, const HeadEntry& head) DAYBOOK_REQUIRES(shard.mutex);

  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> epoch_{0};
};

}  // namespace daybook
