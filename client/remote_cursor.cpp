// Each page says where the next begins, so a lost connection costs a page at most. The place where the first page ends
// the view holds for all: what is appended meanwhile is not seen.
#include "client/remote_cursor.h"

#include <utility>

#include "net/wire_batch.h"
#include "net/wire_error.h"
#include "net/wire_query.h"
#include "net/wire_status.h"

namespace daybook::client {
namespace {

constexpr std::uint32_t kPageBytes = 1U << 20U;

}  // namespace

std::shared_ptr<Answer<RemoteCursor::Page>> RemoteCursor::ask() const {
  Try<Page> tried = [options = options_](Uplink& uplink) {
    auto request = uplink.log().readRequest();
    request.setFrom(options.from.value());
    request.setThrough(options.through.value());
    net::to_wire(options.query, request.initQuery());
    request.setBackward(options.direction == Direction::backward);
    request.setLimit(options.limit);
    request.setBytesMax(kPageBytes);
    return request.send().then([](auto&& answer) -> Result<Page> {
      if (auto ok = net::error_of(answer); !ok) return std::unexpected(std::move(ok.error()));
      Page page;
      for (const auto given : answer.getBatches()) {
        auto batch = net::from_wire(given);
        if (!batch) return std::unexpected(std::move(batch.error()));
        page.batches.push_back(std::move(*batch));
      }
      page.through = Sequence(answer.getThrough());
      page.next = Sequence(answer.getNext());
      page.done = answer.getDone();
      auto plan = net::from_wire(answer.getPlan());
      if (!plan) return std::unexpected(std::move(plan.error()));
      page.plan = std::move(*plan);
      if (!answer.hasGap()) return page;
      auto gap = net::from_wire(answer.getGap());
      if (!gap) return std::unexpected(std::move(gap.error()));
      page.gap = std::move(*gap);
      return page;
    });
  };
  return loop_.begin<Page>(std::move(tried), loop_.options().call_timeout);
}

Result<std::unique_ptr<RemoteCursor>> RemoteCursor::open(ClientLoop& loop, const ReadOptions& options) {
  if (auto ok = loop.may_wait(); !ok) return std::unexpected(std::move(ok.error()));
  std::unique_ptr<RemoteCursor> cursor(new RemoteCursor(loop, options));
  auto page = cursor->ask()->wait();
  if (!page) return std::unexpected(std::move(page.error()));
  cursor->plan_ = page->plan;
  if (auto ok = cursor->turn(std::move(*page)); !ok) return std::unexpected(std::move(ok.error()));
  return cursor;
}

Result<void> RemoteCursor::check(const Batch& batch) {
  const bool forward = options_.direction == Direction::forward;
  const Sequence first = batch[0].sequence();
  const Sequence last = batch[batch.size() - 1].sequence();
  const Sequence low = forward ? first : last;
  const Sequence high = forward ? last : first;
  const bool behind = !read_ || (forward ? first > *read_ : first < *read_);
  if (low > high || low < options_.from || high > options_.through || !behind || batch.size() > options_.limit) {
    return fail(Code::corruption, "the server sent events " + std::to_string(low.value()) + " to " +
                                      std::to_string(high.value()) + ", which were not asked for");
  }
  read_ = last;
  options_.limit -= batch.size();
  return {};
}

Result<void> RemoteCursor::turn(Page page) {
  for (const Batch& batch : page.batches) {
    if (auto ok = check(batch); !ok) return ok;
  }
  batches_ = std::move(page.batches);
  options_.through = std::min(options_.through, page.through);
  next_page_ = nullptr;
  if (page.gap) {
    const net::Gap& gap = *page.gap;
    const bool denied = gap.reason == net::Gap::Reason::denied;
    failed_ =
        Error{.code = denied ? Code::denied : Code::corruption,
              .message = "events " + std::to_string(gap.first.value()) + " to " + std::to_string(gap.last.value()) +
                         (denied ? " may not be read: " : " cannot be read: ") + gap.message};
    return {};
  }
  if (page.done || options_.limit == 0) return {};
  const bool forward = options_.direction == Direction::forward;
  // It must get somewhere, or it would ask for ever.
  const bool on = forward ? page.next > options_.from || (read_ && page.next > *read_) : page.next < options_.through;
  if (!on || (read_ && (forward ? page.next <= *read_ : page.next >= *read_))) {
    return fail(Code::corruption,
                "the server's pages do not go on: the next would begin at " + std::to_string(page.next.value()));
  }
  (forward ? options_.from : options_.through) = page.next;
  next_page_ = ask();
  return {};
}

Result<std::optional<Batch>> RemoteCursor::next() {
  if (auto ok = loop_.may_wait(); !ok) return std::unexpected(std::move(ok.error()));
  while (batches_.empty()) {
    if (failed_) return std::unexpected(*failed_);
    if (next_page_ == nullptr) return std::nullopt;
    auto page = next_page_->wait();
    Result<void> turned = page ? turn(std::move(*page)) : Result<void>(std::unexpected(std::move(page.error())));
    if (!turned) {
      failed_ = std::move(turned.error());
      batches_.clear();
    }
  }
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  return batch;
}

}  // namespace daybook::client
