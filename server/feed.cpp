// A subscriber that is at the head is served from memory, on the loop: no other thread is woken for it. One that is
// behind is read for by the reader threads, a turn at a time, and while a turn is on its way the next one is read; that
// is sent when the window has room. So a slow one costs its window and two turns, and nobody waits for it. Many of one
// connection share its gate for reads, and so its outbox, and only a few of them read ahead.
#include "server/feed.h"

#include <utility>

#include "net/wire_batch.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "server/station.h"

namespace daybook::server {
namespace {

/// Closer to the head than this, events are still in memory.
constexpr std::uint64_t kLiveEventsMax = 4096;

capnp::MessageSize size_of(const std::vector<net::PackedBatch>& batches) {
  std::uint64_t bytes = 256;
  for (const net::PackedBatch& batch : batches) {
    bytes += batch.wire_bytes();
    if (batch.is_referred()) bytes -= batch.bytes().size();
  }
  return {.wordCount = bytes / 8, .capCount = 0};
}

}  // namespace

Feed::Feed(kj::Own<Visitor> visitor, std::unique_ptr<FeedSource> source, rpc::Subscriber::Client subscriber,
           net::Hold hold)
    : visitor_(kj::mv(visitor)),
      source_(std::move(source)),
      subscriber_(kj::mv(subscriber)),
      hold_(std::move(hold)),
      tasks_(*this) {
  visitor_->core.subscriptions.fetch_add(1, std::memory_order_relaxed);
  visitor_->station.enter(*this);
  go_on();
}

Feed::~Feed() {
  end();
  visitor_->core.subscriptions.fetch_sub(1, std::memory_order_relaxed);
}

void Feed::end() {
  visitor_->station.leave(*this);
  subscriber_.reset();
  hold_.reset();
  source_.reset();
}

void Feed::farewell(const Error& reason) {
  if (!subscriber_) return;
  auto request = subscriber_->endedRequest();
  net::to_wire(reason, request.initError());
  tasks_.add(request.send().ignoreResult());
  subscriber_.reset();
  hold_.reset();
}

void Feed::head_moved() {
  if (subscriber_) go_on();
}

struct Feed::Read {
  std::unique_ptr<FeedSource> source;
  Turn turn;
};

void Feed::go_on() {
  const std::uint64_t behind = visitor_->core.log.head().value() - source_->position().sequence.value();
  if (!live_ || damaged_ || behind > kLiveEventsMax || !visitor_->has_room()) {
    tasks_.add(read_turn().then([this](Result<Read> read) { resume(std::move(read)); }));
  } else {
    take(source_->next());
  }
}

/// Reads when it is its turn. The source is the reader thread's until resume().
kj::Promise<Result<Feed::Read>> Feed::read_turn() {
  return visitor_->read<Read>([source = std::move(source_), damaged = damaged_]() mutable -> Result<Read> {
    Turn turn = damaged ? source->next_carefully() : source->next();
    return Read{.source = std::move(source), .turn = std::move(turn)};
  });
}

void Feed::resume(Result<Read> read) {
  if (!subscriber_) return;
  if (!read) {
    farewell(read.error());
    return;
  }
  source_ = std::move(read->source);
  take(std::move(read->turn));
}

void Feed::take(Turn turn) {
  damaged_ = turn.damaged;
  live_ = turn.at_head || turn.caught_up.has_value();
  kj::Vector<kj::Promise<void>> sent;
  if (!turn.batches.empty()) sent.add(push(turn.batches));
  if (turn.gap) {
    auto request = subscriber_->gapRequest();
    net::to_wire(*turn.gap, request.initGap());
    sent.add(request.send());
  }
  if (turn.caught_up) {
    auto request = subscriber_->caughtUpRequest();
    net::to_wire(*turn.caught_up, request.initPosition());
    sent.add(request.send());
  }
  if (turn.scanned_through) {
    auto request = subscriber_->scannedThroughRequest();
    net::to_wire(*turn.scanned_through, request.initPosition());
    sent.add(request.send());
  }
  if (turn.ended) {
    farewell(*turn.ended);
    return;
  }
  if (sent.empty()) {
    taken(turn.at_head);
    return;
  }
  auto room = kj::joinPromises(sent.releaseAsArray());
  if (live_ || !visitor_->may_read_ahead()) {
    tasks_.add(room.then([this, at_head = turn.at_head] { taken(at_head); }));
    return;
  }
  tasks_.add(room.then([next = read_turn().eagerlyEvaluate(nullptr).attach(visitor_->read_ahead())]() mutable {
                   return kj::mv(next);
                 })
                 .then([this](Result<Read> read) { resume(std::move(read)); }));
}

/// There is room for more.
void Feed::taken(bool at_head) {
  if (!subscriber_) return;
  if (at_head && visitor_->station.wait_for_head(*this, source_->position().sequence)) return;
  tasks_.add(kj::evalLater([this] {  // others of this loop first
    if (subscriber_) go_on();
  }));
}

kj::Promise<void> Feed::push(const std::vector<net::PackedBatch>& batches) {
  auto request = subscriber_->pushRequest(size_of(batches));
  auto list = request.initBatches(static_cast<unsigned>(batches.size()));
  for (unsigned i = 0; i < batches.size(); ++i) net::to_wire(batches[i], list[i]);
  return request.send();
}

/// The subscriber is gone, or answers with an exception: nobody can be told.
void Feed::taskFailed(kj::Exception&& /*exception*/) {
  end();
}

}  // namespace daybook::server
