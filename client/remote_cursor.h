// A cursor over the wire: pages, of which the next is on its way while one is read.
//
// Threads: one at a time. Owns: up to two pages.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "api/cursor_impl.h"
#include "client/client_loop.h"
#include "net/wire_gap.h"

namespace daybook::client {

class RemoteCursor final : public Cursor::Impl {
 public:
  /// Reads the first page. `loop` outlives it. Blocks.
  [[nodiscard]] static Result<std::unique_ptr<RemoteCursor>> open(ClientLoop& loop, const ReadOptions& options);

  [[nodiscard]] Result<std::optional<Batch>> next() override;
  [[nodiscard]] const ReadPlan& plan() const override { return plan_; }

 private:
  struct Page {
    std::deque<Batch> batches;
    Sequence through;
    Sequence next;
    bool done = false;
    ReadPlan plan;
    std::optional<net::Gap> gap;
  };

  RemoteCursor(ClientLoop& loop, const ReadOptions& options) : loop_(loop), options_(options) {}

  [[nodiscard]] std::shared_ptr<Answer<Page>> ask() const;
  /// Takes a page in, and asks for the next.
  [[nodiscard]] Result<void> turn(Page page);
  /// Whether `batch` is of what was asked for, behind what was read.
  [[nodiscard]] Result<void> check(const Batch& batch);

  ClientLoop& loop_;
  ReadOptions options_;  ///< What is left to read, behind the page.
  ReadPlan plan_;
  std::deque<Batch> batches_;                ///< Of the page being read.
  std::optional<Sequence> read_;             ///< The last event of it all.
  std::shared_ptr<Answer<Page>> next_page_;  ///< Null: there is none.
  std::optional<Error> failed_;              ///< Behind batches_.
};

}  // namespace daybook::client
