// The cursor's machinery: either every block of the range, filtered, or the sequences that the postings and the tail
// name, block by block.
//
// Threads: one at a time. Owns: its iterators and the blocks it stands on.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "api/cursor_impl.h"
#include "daybook/cursor.h"
#include "log/block_walker.h"
#include "log/core.h"
#include "log/posting_cursor.h"

namespace daybook {

class LocalCursor final : public Cursor::Impl {
 public:
  /// `options.query` is checked; `options.through` is at most the head of `view`.
  [[nodiscard]] static Result<std::unique_ptr<LocalCursor>> open(Core& core, const ReadOptions& options, View view);

  [[nodiscard]] Result<std::optional<Batch>> next() override;
  [[nodiscard]] const ReadPlan& plan() const override { return plan_; }
  /// next(), for whoever keeps the log from being closed meanwhile.
  [[nodiscard]] Result<std::optional<Batch>> next_inside();

 private:
  LocalCursor(Core& core, const ReadOptions& options, View view);
  [[nodiscard]] Result<std::optional<Batch>> next_scanned();
  [[nodiscard]] Result<std::optional<Batch>> next_indexed();
  /// Moves to the next sequence that the index names, or to none.
  [[nodiscard]] Result<void> advance();
  [[nodiscard]] Result<bool> advance_in_postings();
  bool advance_in_tail();

  Core& core_;
  const ReadOptions options_;
  const View view_;
  const bool forward_;
  ReadPlan plan_;
  bool done_ = false;
  std::optional<Error> failed_;  ///< Where it stays after an error.
  std::uint64_t left_;           ///< Events that the limit still allows.

  std::optional<BlockWalker> walker_;  ///< Scanning.
  Sequence scanned_;                   ///< The next sequence to scan.

  std::unique_ptr<PostingCursor> postings_;  ///< By the index.
  std::uint64_t target_ = 0;                 ///< Where the postings are sought next.
  bool postings_done_ = false;
  std::size_t generations_done_ = 0;
  std::deque<std::uint64_t> tail_found_;  ///< Of the generation at hand, in reading order.
  std::optional<Sequence> current_;
  bool started_ = false;
};

}  // namespace daybook
