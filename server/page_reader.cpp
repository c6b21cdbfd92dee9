// A page is stateless: each opens a cursor of its own, so a client that goes away leaves nothing behind, and one that
// comes back goes on.
//
// Damage: a cursor names the sequence in its message only, and an index may be what is damaged. So once a cursor met
// corruption, the place is read again block by block without the index, which shows exactly how far the events are
// good, and then event by event until one can be read again.
#include "server/page_reader.h"

#include <algorithm>
#include <utility>

namespace daybook::server {
namespace {

/// Searched at a time where there is no index: some ten milliseconds.
constexpr std::uint64_t kScanEventsMax = 32 * 1024;
/// Damaged events that are tried one by one before a gap is told, for bounded time; behind it the next gap follows.
constexpr std::uint64_t kDamagedEventsMax = 16 * 1024;

/// A range in reading order.
class Range {
 public:
  explicit Range(const ReadOptions& request)
      : low_(std::max(request.from, Sequence(1))),
        high_(request.through),
        forward_(request.direction == Direction::forward) {}

  [[nodiscard]] bool empty() const { return low_ > high_; }
  [[nodiscard]] bool forward() const { return forward_; }
  [[nodiscard]] std::uint64_t count() const { return empty() ? 0 : high_.value() - low_.value() + 1; }
  [[nodiscard]] Sequence first() const { return forward_ ? low_ : high_; }
  [[nodiscard]] Sequence last() const { return forward_ ? high_ : low_; }
  /// The one behind `sequence`, in reading order.
  [[nodiscard]] Sequence behind(Sequence sequence) const { return forward_ ? sequence.next() : sequence.previous(); }
  /// Only its first `count` ones.
  void truncate(std::uint64_t count) {
    if (this->count() <= count) return;
    (forward_ ? high_ : low_) = forward_ ? low_.plus(count - 1) : Sequence(high_.value() - count + 1);
  }
  /// Only those from `sequence` on.
  void begin_at(Sequence sequence) { (forward_ ? low_ : high_) = sequence; }
  void apply(ReadOptions& request) const {
    request.from = low_;
    request.through = high_;
  }

 private:
  Sequence low_;
  Sequence high_;
  bool forward_;
};

/// The events of `batch`, all of a scan, that match.
std::optional<Batch> matching(Batch batch, const Query& query) {
  if (query.matches_all()) return batch;
  std::vector<std::uint32_t> picks;
  for (const EventView event : batch) {
    if (query.matches(event)) picks.push_back(event.index());
  }
  if (picks.empty()) return std::nullopt;
  return Batch(batch.block(), std::move(picks));
}

/// From the first of `range`, which cannot be read, to before the next one that can.
Result<net::Gap> measure_gap(Log& log, Range range, Error cause) {
  range.truncate(kDamagedEventsMax);
  Sequence last = range.first();
  for (std::uint64_t i = 0; i < range.count(); ++i) {
    const Sequence at = range.forward() ? range.first().plus(i) : Sequence(range.first().value() - i);
    const auto event = log.get(at);
    if (event && i == 0) return std::unexpected(std::move(cause));  // the event is good; what is around it is not
    if (event) break;
    if (event.error().code != Code::corruption) return std::unexpected(event.error());
    last = at;
  }
  return net::Gap{.first = std::min(range.first(), last),
                  .last = std::max(range.first(), last),
                  .reason = net::Gap::Reason::damaged,
                  .message = std::move(cause.message)};
}

}  // namespace

Result<CarefulRead> read_carefully(Log& log, const ReadOptions& request, std::size_t bytes_max) {
  Range range(request);
  CarefulRead found{.batches = {}, .next = range.first()};
  Range piece = range;
  piece.truncate(kScanEventsMax);
  ReadOptions scan = request;
  piece.apply(scan);
  scan.query = {};
  scan.limit = UINT64_MAX;
  auto cursor = log.read(scan);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  PageRoom room(bytes_max);
  while (room.left() && found.events < request.limit) {
    auto batch = cursor->next();
    if (!batch && batch.error().code != Code::corruption) return std::unexpected(std::move(batch.error()));
    if (!batch) {
      if (!found.batches.empty()) break;  // what is good first
      range.begin_at(found.next);
      auto gap = measure_gap(log, range, std::move(batch.error()));
      if (!gap) return std::unexpected(std::move(gap.error()));
      found.next = range.behind(range.forward() ? gap->last : gap->first);
      found.gap = std::move(*gap);
      break;
    }
    if (!*batch) break;
    found.next = range.behind((**batch)[(*batch)->size() - 1].sequence());
    auto matches = matching(std::move(**batch), request.query);
    if (!matches) continue;
    if (matches->size() > request.limit - found.events) matches->truncate(request.limit - found.events);
    found.events += matches->size();
    found.batches.emplace_back(*matches);
    room.take(found.batches.back());
  }
  return found;
}

namespace {

/// Reads on where a cursor met damage, and completes `page`, whose `next` says where.
Result<Page> go_on_carefully(Log& log, const ReadOptions& request, std::size_t bytes_max, Page page) {
  if (!page.batches.empty()) return page;
  Range range(request);
  range.begin_at(page.next);
  ReadOptions rest = request;
  range.apply(rest);
  auto careful = read_carefully(log, rest, bytes_max);
  if (!careful) return std::unexpected(std::move(careful.error()));
  page.batches = std::move(careful->batches);
  page.gap = std::move(careful->gap);
  page.next = careful->next;
  const bool past_the_end = range.forward() ? page.next > range.last() : page.next < range.last();
  page.done = past_the_end || careful->events >= request.limit;
  page.unfinished = !page.done && page.batches.empty() && !page.gap;
  return page;
}

}  // namespace

Result<Page> read_page(Log& log, const ReadOptions& given, std::size_t bytes_max) {
  Page page{.batches = {}, .through = std::min(given.through, log.head()), .next = {}, .plan = {}};
  ReadOptions request = given;
  request.through = page.through;
  const Range range(request);
  range.apply(request);
  page.next = range.first();
  auto cursor = log.read(request);
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  page.plan = cursor->plan();
  if (range.empty() || request.limit == 0) {
    page.done = true;
    return page;
  }
  Range piece = range;
  if (!page.plan.uses_postings && !request.query.matches_all()) piece.truncate(kScanEventsMax);
  if (piece.count() < range.count()) {
    ReadOptions part = request;
    piece.apply(part);
    cursor = log.read(part);
    if (!cursor) return std::unexpected(std::move(cursor.error()));
  }
  PageRoom room(bytes_max);
  std::uint64_t events = 0;
  while (room.left() && events < request.limit) {
    auto batch = cursor->next();
    if (!batch && batch.error().code == Code::corruption)
      return go_on_carefully(log, request, bytes_max, std::move(page));
    if (!batch) return std::unexpected(std::move(batch.error()));
    if (!*batch) {
      page.next = range.behind(piece.last());
      page.done = piece.count() == range.count();
      page.unfinished = !page.done && page.batches.empty();
      return page;
    }
    page.batches.emplace_back(**batch);
    room.take(page.batches.back());
    events += (*batch)->size();
    page.next = range.behind(page.batches.back().last());
  }
  page.done = events >= request.limit || (range.forward() ? page.next > range.last() : page.next < range.last());
  return page;
}

}  // namespace daybook::server
