// Reading: what to read, and the cursor that yields it a block at a time.
//
// Threads: one at a time a cursor; cursors are independent. Owns: the blocks it stands on.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/block.h"
#include "daybook/event.h"
#include "daybook/query.h"

namespace daybook {

/// The order in which a cursor walks.
enum class Direction : std::uint8_t { forward, backward };

/// What to read. `from` and `through` are inclusive and low to high in both directions.
struct ReadOptions {
  Sequence from{1};                          ///< The lowest sequence read.
  Sequence through = kSequenceMax;           ///< Clamped to the head at the call.
  Query query{};                             ///< Which of them; without items all.
  Direction direction = Direction::forward;  ///< `backward` begins at `through`.
  std::uint64_t limit = UINT64_MAX;          ///< At most this many events.
};

/// An event that keeps its block alive.
class PinnedEvent {
 public:
  PinnedEvent(std::shared_ptr<const Block> block, std::uint32_t index) : block_(std::move(block)), index_(index) {}
  /// The event. Valid while this PinnedEvent, or a copy, lives.
  [[nodiscard]] EventView view() const { return block_->event(index_); }
  /// The block that holds it.
  [[nodiscard]] const std::shared_ptr<const Block>& block() const { return block_; }

 private:
  std::shared_ptr<const Block> block_;
  std::uint32_t index_;
};

/// Events of one block, in the order read. Keeps the block alive. `for (EventView event : batch)`.
class Batch {
 public:
  /// Every event from `first` through `last` (indexes in the block), in `direction`.
  Batch(std::shared_ptr<const Block> block, std::uint32_t first, std::uint32_t last, Direction direction);
  /// The events at `picks`, in that order.
  Batch(std::shared_ptr<const Block> block, std::vector<std::uint32_t> picks);

  /// Walks a batch; yields an EventView by value.
  class Iterator {
   public:
    Iterator(const Batch& batch, std::size_t at) : batch_(&batch), at_(at) {}
    [[nodiscard]] EventView operator*() const { return (*batch_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const Batch* batch_;
    std::size_t at_;
  };

  /// For range-for, in the order read; size() is at least 1 in what a cursor yields.
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }
  [[nodiscard]] std::size_t size() const { return all_ ? last_ - first_ + 1 : picks_.size(); }
  [[nodiscard]] EventView operator[](std::size_t at) const;
  /// The block that holds these events.
  [[nodiscard]] const std::shared_ptr<const Block>& block() const { return block_; }
  /// Keeps the first `count` events only; `count` is at most size() and at least 1.
  void truncate(std::size_t count);

 private:
  std::shared_ptr<const Block> block_;
  bool all_;
  Direction direction_ = Direction::forward;
  std::uint32_t first_ = 0;
  std::uint32_t last_ = 0;
  std::vector<std::uint32_t> picks_;
};

/// How a query is answered, for `--explain`.
struct ReadPlan {
  bool uses_postings = false;  ///< False: every block of the range is decoded and filtered.
  std::uint64_t terms = 0;     ///< Posting lists that are merged.
  std::string text;            ///< One line for a person.
};

/// Yields what a read selects, in order, each event once. A snapshot: what is appended later is not seen. The log
/// outlives it.
class Cursor {
 public:
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  /// The next events, never an empty batch; nullopt at the end. Errors: `corruption` (the message names the
  /// sequence; what came before is good), `io`, `closed`. After an error or the end it stays there.
  [[nodiscard]] Result<std::optional<Batch>> next();
  /// How this cursor answers its query. Valid while the cursor lives.
  [[nodiscard]] const ReadPlan& plan() const;

  class Impl;
  explicit Cursor(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
