// RocksDB's own memtable takes fresh memory for each 64 MiB of events and gives it back: the system then clears every
// page of it, which took a fifth of the sequencer's time. And its skip list finds a place for each key, though blocks
// come in the order of their keys: here the place is the end of an array.
//
// A reader looks at one array and one count of it. An entry behind the last one is written before the count that
// includes it; whatever else changes (a larger array, an entry in between) is a new array. Those that were replaced
// stay until the memtable goes, for whoever still looks at them.
#include "log/event_memtable.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include <rocksdb/memtablerep.h>

#include "base/mutex.h"

namespace rocksdb {

/// The public header says that an iterator is to lie in an arena, where there is one, and not what an arena is. This is
/// the one function of it that is needed, as the library has it.
class Arena {
 public:
  char* AllocateAligned(std::size_t bytes, std::size_t huge_page_bytes, Logger* logger);
};

}  // namespace rocksdb

namespace daybook {
namespace {

constexpr std::size_t kChunkBytes = 1024 * 1024;
constexpr std::size_t kChunksKept = 64;  // as many as a memtable has
constexpr std::size_t kEntriesAtFirst = 256;

using Chunk = std::unique_ptr<char[]>;

/// Memory of memtables that went.
class ChunkPool {
 public:
  Chunk take() {
    {
      const Lock lock(mutex_);
      if (!kept_.empty()) {
        Chunk chunk = std::move(kept_.back());
        kept_.pop_back();
        return chunk;
      }
    }
    return std::make_unique_for_overwrite<char[]>(kChunkBytes);
  }

  void give(std::vector<Chunk> chunks) {
    const Lock lock(mutex_);
    for (Chunk& chunk : chunks) {
      if (kept_.size() == kChunksKept) break;
      kept_.push_back(std::move(chunk));
    }
  }

 private:
  Mutex mutex_;
  std::vector<Chunk> kept_ DAYBOOK_GUARDED_BY(mutex_);
};

/// What is handed out stays until the end. Threads: the memtable's writer, but bytes().
class EntryMemory {
 public:
  explicit EntryMemory(std::shared_ptr<ChunkPool> pool) : pool_(std::move(pool)) {}
  ~EntryMemory() { pool_->give(std::move(chunks_)); }
  EntryMemory(const EntryMemory&) = delete;
  EntryMemory& operator=(const EntryMemory&) = delete;

  char* allocate(std::size_t bytes) {
    if (bytes > kChunkBytes / 4) {
      large_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
      bytes_.fetch_add(bytes, std::memory_order_relaxed);
      return large_.back().get();
    }
    if (bytes > left_) {
      chunks_.push_back(pool_->take());
      bytes_.fetch_add(kChunkBytes, std::memory_order_relaxed);
      left_ = kChunkBytes;
    }
    char* const at = chunks_.back().get() + (kChunkBytes - left_);
    left_ -= std::min(left_, (bytes + 7) / 8 * 8);
    return at;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  const std::shared_ptr<ChunkPool> pool_;
  std::vector<Chunk> chunks_;
  std::size_t left_ = 0;  ///< Of the last chunk.
  std::vector<Chunk> large_;
  std::atomic<std::size_t> bytes_{0};
};

/// Entries in the order of their keys.
struct EntryArray {
  explicit EntryArray(std::size_t room)
      : capacity(room), entries(std::make_unique_for_overwrite<const char*[]>(room)) {}

  const std::size_t capacity;
  std::atomic<std::size_t> count{0};
  const std::unique_ptr<const char*[]> entries;
};

using KeyComparator = rocksdb::MemTableRep::KeyComparator;

class EntryIterator final : public rocksdb::MemTableRep::Iterator {
 public:
  EntryIterator() = default;
  EntryIterator(const std::atomic<const EntryArray*>& source, const KeyComparator& comparator) {
    stand_on(source, comparator);
  }
  void stand_on(const std::atomic<const EntryArray*>& source, const KeyComparator& comparator) {
    source_ = &source;
    comparator_ = &comparator;
    count_ = 0;
    at_ = 0;
  }

  bool Valid() const override { return at_ < count_; }
  const char* key() const override { return array_->entries[at_]; }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == 0 ? count_ : at_ - 1; }
  void Seek(const rocksdb::Slice& internal_key, const char*) override {
    look();
    at_ = first_at_or_behind(internal_key);
  }
  void SeekForPrev(const rocksdb::Slice& internal_key, const char*) override {
    look();
    at_ = first_at_or_behind(internal_key);
    if (at_ == count_ || (*comparator_)(key(), internal_key) != 0) Prev();
  }
  void SeekToFirst() override {
    look();
    at_ = 0;
  }
  void SeekToLast() override {
    look();
    at_ = count_ == 0 ? 0 : count_ - 1;
  }

 private:
  /// At what there is now. The array is read before its count, and its entries behind both.
  void look() {
    array_ = source_->load(std::memory_order_acquire);
    count_ = array_->count.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t first_at_or_behind(const rocksdb::Slice& internal_key) const {
    const char* const* const begin = array_->entries.get();
    const auto* const found = std::lower_bound(
        begin, begin + count_, internal_key,
        [this](const char* entry, const rocksdb::Slice& wanted) { return (*comparator_)(entry, wanted) < 0; });
    return static_cast<std::size_t>(found - begin);
  }

  const std::atomic<const EntryArray*>* source_ = nullptr;
  const KeyComparator* comparator_ = nullptr;
  const EntryArray* array_ = nullptr;
  std::size_t count_ = 0;
  std::size_t at_ = 0;
};

class EventMemtable final : public rocksdb::MemTableRep {
 public:
  EventMemtable(const KeyComparator& comparator, rocksdb::Allocator* allocator, std::shared_ptr<ChunkPool> pool)
      : MemTableRep(allocator), comparator_(comparator), memory_(std::move(pool)) {
    begin_array(kEntriesAtFirst);
    publish();
  }

  rocksdb::KeyHandle Allocate(const std::size_t bytes, char** buffer) override {
    *buffer = memory_.allocate(bytes);
    return *buffer;
  }

  void Insert(rocksdb::KeyHandle handle) override {
    const auto* const entry = static_cast<const char*>(handle);
    EntryArray& array = *arrays_.back();
    const std::size_t count = array.count.load(std::memory_order_relaxed);
    const bool at_end = count == 0 || comparator_(array.entries[count - 1], entry) <= 0;
    if (at_end && count < array.capacity) {
      array.entries[count] = entry;
      array.count.store(count + 1, std::memory_order_release);
      return;
    }
    const char* const* const begin = array.entries.get();
    const char* const* const place = std::upper_bound(
        begin, begin + count, entry, [this](const char* a, const char* b) { return comparator_(a, b) < 0; });
    EntryArray& larger = begin_array(count == array.capacity ? 2 * count : array.capacity);
    const char** const behind = std::copy(begin, place, larger.entries.get());
    *behind = entry;
    std::copy(place, begin + count, behind + 1);
    larger.count.store(count + 1, std::memory_order_relaxed);
    publish();
  }

  bool Contains(const char* key) const override {
    const EntryArray& array = *current_.load(std::memory_order_acquire);
    const std::size_t count = array.count.load(std::memory_order_acquire);
    const char* const* const begin = array.entries.get();
    return std::binary_search(begin, begin + count, key,
                              [this](const char* a, const char* b) { return comparator_(a, b) < 0; });
  }

  std::size_t ApproximateMemoryUsage() override {
    return memory_.bytes() + array_bytes_.load(std::memory_order_relaxed);
  }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    if (arena == nullptr) return new EntryIterator(current_, comparator_);
    return new (arena->AllocateAligned(sizeof(EntryIterator), 0, nullptr)) EntryIterator(current_, comparator_);
  }

  /// Without an arena it is MemTableRep::Get that asks, which forgets to delete what it is given (7.8.3).
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    if (arena != nullptr) return GetIterator(arena);
    thread_local EntryIterator iterator;
    iterator.stand_on(current_, comparator_);
    return &iterator;
  }

 private:
  EntryArray& begin_array(std::size_t capacity) {
    arrays_.push_back(std::make_unique<EntryArray>(capacity));
    array_bytes_.fetch_add(capacity * sizeof(const char*), std::memory_order_relaxed);
    return *arrays_.back();
  }
  void publish() { current_.store(arrays_.back().get(), std::memory_order_release); }

  const KeyComparator& comparator_;
  EntryMemory memory_;
  std::vector<std::unique_ptr<EntryArray>> arrays_;  ///< The last one is current.
  std::atomic<std::size_t> array_bytes_{0};
  std::atomic<const EntryArray*> current_{nullptr};
};

class EventMemtables final : public rocksdb::MemTableRepFactory {
 public:
  using MemTableRepFactory::CreateMemTableRep;
  rocksdb::MemTableRep* CreateMemTableRep(const KeyComparator& comparator, rocksdb::Allocator* allocator,
                                          const rocksdb::SliceTransform*, rocksdb::Logger*) override {
    return new EventMemtable(comparator, allocator, pool_);
  }
  const char* Name() const override { return "daybook.EventMemtables"; }

 private:
  const std::shared_ptr<ChunkPool> pool_ = std::make_shared<ChunkPool>();
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> event_memtables() {
  return std::make_shared<EventMemtables>();
}

}  // namespace daybook
