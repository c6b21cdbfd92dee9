// Every block that a store holds, in order, also behind stretches that cannot be read.
//
// Threads: one at a time. Owns: an iterator; the store outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daybook/block.h"
#include "log/store.h"

namespace daybook {

/// Says what is there, not whether it follows: chain and place are compared by whoever asks.
class BlockScan {
 public:
  explicit BlockScan(const Store& store);

  /// A verified block, or why the one that begins at `key` (or at or behind it) cannot be read.
  struct Found {
    std::shared_ptr<const Block> block;  ///< nullptr: it cannot be read.
    Sequence key;                        ///< What it stands under; of what cannot be read the first sequence known.
    std::string reason;                  ///< Why it cannot be read.
    std::string file;                    ///< Which file that is in.
  };
  /// The next one; nullopt at the end.
  [[nodiscard]] std::optional<Found> next();

 private:
  [[nodiscard]] bool stands_at(Sequence sequence);
  void pass_damage(Sequence from);

  const Store& store_;
  StoreIterator at_;
  Sequence wanted_{1};  ///< Everything before was told.
  bool moved_ = true;   ///< The iterator stands on what comes next.
};

}  // namespace daybook
