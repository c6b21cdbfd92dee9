// Forward, the postings come before the tail; backward, after it. Both name sequences only: the event itself is always
// read from its verified block and compared with the query, so a damaged index is noticed, never believed.
#include <algorithm>

#include "log/local_cursor.h"

namespace daybook {
namespace {

/// Below this many events a scan is cheaper than the index.
constexpr std::uint64_t kScanEventsMax = 256;

std::uint32_t index_in(const Block& block, Sequence sequence) {
  return static_cast<std::uint32_t>(sequence.value() - block.first_sequence().value());
}

}  // namespace

Result<std::optional<Batch>> LocalCursor::next() {
  const auto use = core_.enter();
  if (!use) return std::unexpected(use.error());
  return next_inside();
}

LocalCursor::LocalCursor(Core& core, const ReadOptions& options, View view)
    : core_(core),
      options_(options),
      view_(std::move(view)),
      forward_(options.direction == Direction::forward),
      left_(options.limit),
      scanned_(forward_ ? options.from : options.through),
      target_(forward_ ? options.from.value() : std::min(options.through, view_.tail->indexed_through).value()) {}

Result<std::unique_ptr<LocalCursor>> LocalCursor::open(Core& core, const ReadOptions& options, View view) {
  std::unique_ptr<LocalCursor> impl(new LocalCursor(core, options, std::move(view)));
  impl->done_ = options.from > options.through || options.limit == 0;
  const std::uint64_t range = impl->done_ ? 0 : options.through.value() - options.from.value() + 1;
  const auto scan = [&](const std::string& why) {
    impl->walker_.emplace(core, impl->scanned_, options.direction);
    impl->plan_.text = "scan of " + std::to_string(range) + " events: " + why;
  };
  if (options.query.matches_all()) {
    scan("the query matches all");
  } else if (range <= kScanEventsMax) {
    scan("so few are cheaper than the index");
  } else if (impl->view_.no_index) {
    scan(impl->view_.no_index->message);
  } else {
    auto plan = plan_postings(*impl->view_.store, options.query, options.direction);
    if (!plan) return std::unexpected(std::move(plan.error()));
    if (plan->cursor == nullptr) {
      scan(plan->reason);
    } else {
      impl->postings_ = std::move(plan->cursor);
      impl->plan_ = {true, plan->terms,
                     "postings of " + std::to_string(plan->terms) + " terms, and the tail after " +
                         std::to_string(impl->view_.tail->indexed_through.value())};
    }
  }
  return impl;
}

Result<std::optional<Batch>> LocalCursor::next_inside() {
  if (failed_) return std::unexpected(*failed_);
  if (done_) return std::nullopt;
  auto batch = walker_ ? next_scanned() : next_indexed();
  if (!batch) {
    failed_ = batch.error();
    return batch;
  }
  if (!*batch) {
    done_ = true;
    return batch;
  }
  if ((*batch)->size() >= left_) {
    (*batch)->truncate(left_);
    done_ = true;
  }
  left_ -= (*batch)->size();
  return batch;
}

Result<std::optional<Batch>> LocalCursor::next_scanned() {
  while (scanned_ >= options_.from && scanned_ <= options_.through) {
    auto block = walker_->next();
    if (!block) return std::unexpected(std::move(block.error()));
    const std::uint32_t first = index_in(**block, std::max(options_.from, (*block)->first_sequence()));
    const std::uint32_t last = index_in(**block, std::min(options_.through, (*block)->last_sequence()));
    scanned_ = forward_ ? (*block)->last_sequence().next() : (*block)->first_sequence().previous();
    if (options_.query.matches_all()) return Batch(std::move(*block), first, last, options_.direction);
    std::vector<std::uint32_t> picks;
    for (std::uint32_t i = first; i <= last; ++i) {
      if (options_.query.matches((*block)->event(i))) picks.push_back(i);
    }
    if (picks.empty()) continue;
    if (!forward_) std::ranges::reverse(picks);
    return Batch(std::move(*block), std::move(picks));
  }
  return std::nullopt;
}

Result<std::optional<Batch>> LocalCursor::next_indexed() {
  if (!started_) {
    started_ = true;
    if (auto ok = advance(); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (!current_) return std::nullopt;
  auto block = core_.block_containing(*current_);
  if (!block) return std::unexpected(std::move(block.error()));
  std::vector<std::uint32_t> picks;
  while (current_ && (*block)->contains(*current_) && picks.size() < left_) {
    const std::uint32_t index = index_in(**block, *current_);
    if (!options_.query.matches((*block)->event(index))) {
      return fail(Code::corruption, "the index names event " + std::to_string(current_->value()) +
                                        ", which does not match; run `daybook verify`");
    }
    picks.push_back(index);
    if (auto ok = advance(); !ok) return std::unexpected(std::move(ok.error()));
  }
  return Batch(std::move(*block), std::move(picks));
}

Result<void> LocalCursor::advance() {
  current_.reset();
  if (!forward_ && advance_in_tail()) return {};
  auto found = advance_in_postings();
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found && forward_) advance_in_tail();
  return {};
}

Result<bool> LocalCursor::advance_in_postings() {
  const std::uint64_t through = std::min(options_.through, view_.tail->indexed_through).value();
  const std::uint64_t from = options_.from.value();
  if (postings_done_ || target_ < from || target_ > through) return false;
  const auto found = postings_->seek(target_);
  if (!found) return std::unexpected(found.error());
  if (!*found || **found < from || **found > through) {
    postings_done_ = true;
    return false;
  }
  current_ = Sequence(**found);
  target_ = forward_ ? **found + 1 : **found - 1;
  return true;
}

bool LocalCursor::advance_in_tail() {
  const auto& generations = view_.tail->generations;
  while (tail_found_.empty() && generations_done_ < generations.size()) {
    const std::size_t at = forward_ ? generations_done_ : generations.size() - 1 - generations_done_;
    ++generations_done_;
    const auto found = generations[at]->find(options_.query, options_.from, options_.through);
    if (forward_) {
      tail_found_.assign(found.begin(), found.end());
    } else {
      tail_found_.assign(found.rbegin(), found.rend());
    }
  }
  if (tail_found_.empty()) return false;
  current_ = Sequence(tail_found_.front());
  tail_found_.pop_front();
  return true;
}

}  // namespace daybook
