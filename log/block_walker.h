// Walks blocks in either direction and checks at each step that it stands where its neighbour says it does.
//
// Threads: one at a time. Owns: an iterator, made when the cache cannot serve.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "daybook/block.h"
#include "daybook/cursor.h"
#include "log/core.h"

namespace daybook {

class BlockWalker {
 public:
  /// Begins at the block that holds `start` and goes on in `direction`.
  BlockWalker(Core& core, Sequence start, Direction direction);

  /// The next block. The caller asks only for blocks up to the head, so one that is missing is `corruption`. An error
  /// leaves the place where it was.
  [[nodiscard]] Result<std::shared_ptr<const Block>> next();
  /// Whether the last block came out of memory.
  [[nodiscard]] bool from_cache() const { return from_cache_; }

 private:
  [[nodiscard]] std::shared_ptr<const Block> from_memory();
  [[nodiscard]] Result<std::shared_ptr<const Block>> load();
  [[nodiscard]] Result<void> check_place(const Block& block) const;

  Core& core_;
  const bool forward_;
  Sequence wanted_;                                ///< A sequence of the next block.
  std::shared_ptr<const Block> previous_;          ///< The last one handed out.
  std::vector<std::shared_ptr<const Block>> run_;  ///< Forward: what the cache gave at once;
  std::size_t run_at_ = 0;                         ///< of it, what comes next.
  std::shared_ptr<const Store> store_;             ///< Kept while the iterator lives.
  std::optional<StoreIterator> at_;
  bool at_previous_ = false;  ///< The iterator stands on previous_.
  bool from_cache_ = false;
};

}  // namespace daybook
