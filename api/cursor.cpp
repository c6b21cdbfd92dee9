// The public face of a cursor, the same for every kind of log, and the batches that it yields.
#include "daybook/cursor.h"

#include "api/cursor_impl.h"

namespace daybook {

Batch::Batch(std::shared_ptr<const Block> block, std::uint32_t first, std::uint32_t last, Direction direction)
    : block_(std::move(block)), all_(true), direction_(direction), first_(first), last_(last) {}

Batch::Batch(std::shared_ptr<const Block> block, std::vector<std::uint32_t> picks)
    : block_(std::move(block)), all_(false), picks_(std::move(picks)) {}

EventView Batch::operator[](std::size_t at) const {
  if (!all_) return block_->event(picks_[at]);
  const auto step = static_cast<std::uint32_t>(at);
  return block_->event(direction_ == Direction::forward ? first_ + step : last_ - step);
}

void Batch::truncate(std::size_t count) {
  if (count >= size()) return;
  if (!all_) {
    picks_.resize(count);
  } else if (direction_ == Direction::forward) {
    last_ = first_ + static_cast<std::uint32_t>(count) - 1;
  } else {
    first_ = last_ - static_cast<std::uint32_t>(count) + 1;
  }
}

Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Result<std::optional<Batch>> Cursor::next() {
  return impl_->next();
}
const ReadPlan& Cursor::plan() const {
  return impl_->plan();
}

}  // namespace daybook
