// Where a server goes on is decided by the last checkpoint that came, which names the block by its hash: a server whose
// log has another history there says `diverged`. And where nothing is filtered, each block must name the one before it.
#include "client/feed.h"

#include <utility>

#include "net/errors.h"
#include "net/kj_interface.h"
#include "net/wire_batch.h"
#include "net/wire_error.h"
#include "net/wire_gap.h"
#include "net/wire_ids.h"
#include "net/wire_query.h"

namespace daybook::client {

DAYBOOK_KJ_INTERFACE_BEGIN

/// What the server pushes to. Answers are held back while the mailbox is full: Cap'n Proto makes the calls of a stream
/// one after the other, and the server has only a window of them on its way.
class Feed::Inbox final : public rpc::Subscriber::Server {
 public:
  explicit Inbox(Feed& feed) : feed_(&feed) {}

  /// What comes from now on is nobody's.
  void detach() {
    feed_ = nullptr;
    held_ = nullptr;
  }
  void room() {
    KJ_IF_MAYBE (held, held_) (*held)->fulfill();
    held_ = nullptr;
  }

 protected:
  kj::Promise<void> push(PushContext context) override {
    return once_placed().then([this, context]() mutable { return take(context); });
  }

  kj::Promise<void> caughtUp(CaughtUpContext context) override {
    return once_placed().then(
        [this, context]() mutable { return mark(Delivery::Kind::caught_up, context.getParams().getPosition()); });
  }

  kj::Promise<void> scannedThrough(ScannedThroughContext context) override {
    return once_placed().then(
        [this, context]() mutable { return mark(Delivery::Kind::progress, context.getParams().getPosition()); });
  }
  kj::Promise<void> gap(GapContext context) override {
    if (feed_ == nullptr) return kj::READY_NOW;
    const auto gap = net::from_wire(context.getParams().getGap());
    if (!gap) {
      feed_->end(gap.error());
      return kj::READY_NOW;
    }
    const bool denied = gap->reason == net::Gap::Reason::denied;
    feed_->end({.code = denied ? Code::denied : Code::corruption,
                .message = "events " + std::to_string(gap->first.value()) + " to " + std::to_string(gap->last.value()) +
                           (denied ? " may not be read: " : " cannot be read: ") + gap->message});
    return kj::READY_NOW;
  }

  kj::Promise<void> ended(EndedContext context) override {
    if (feed_ == nullptr) return kj::READY_NOW;
    Error error = net::from_wire(context.getParams().getError());
    if (error.code == Code::closed) {
      KJ_IF_MAYBE (over, feed_->over_) (*over)->fulfill();  // the server goes, and comes again
    } else {
      feed_->end(std::move(error));
    }
    return kj::READY_NOW;
  }

 private:
  kj::Promise<void> take(PushContext& context) {
    for (const auto given : context.getParams().getBatches()) {
      if (feed_ == nullptr) return kj::READY_NOW;
      auto batch = net::from_wire(given);
      if (batch) {
        feed_->take(std::move(*batch));
      } else {
        feed_->end(std::move(batch.error()));
      }
    }
    if (feed_ != nullptr) feed_->mailbox_->tell();
    context.releaseParams();
    return when_room();
  }

  kj::Promise<void> mark(Delivery::Kind kind, rpc::Checkpoint::Reader position) {
    if (feed_ == nullptr) return kj::READY_NOW;
    feed_->mark(kind, net::from_wire(position));
    return when_room();
  }

  /// The server may push before it has said where the subscription begins; that comes right behind.
  kj::Promise<void> once_placed() {
    if (feed_ == nullptr) return kj::READY_NOW;
    return feed_->placed_.addBranch();
  }

  kj::Promise<void> when_room() {
    if (feed_ == nullptr || feed_->mailbox_->has_room()) return kj::READY_NOW;
    auto pair = kj::newPromiseAndFulfiller<void>();
    held_ = kj::mv(pair.fulfiller);
    return kj::mv(pair.promise);
  }

  Feed* feed_;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> held_;
};

DAYBOOK_KJ_INTERFACE_END

Feed::Feed(Uplink& uplink, std::shared_ptr<Mailbox> mailbox, const SubscribeOptions& options)
    : uplink_(uplink), mailbox_(std::move(mailbox)), options_(options), takes_all_(options.query.matches_all()) {
  auto placed = kj::newPromiseAndFulfiller<void>();
  placing_ = kj::mv(placed.fulfiller);
  placed_ = placed.promise.fork();
}

Feed::~Feed() {
  detach();
}

void Feed::detach() {
  if (inbox_ != nullptr) inbox_->detach();
  inbox_ = nullptr;
  subscription_.reset();
  subscriber_.reset();
}

void Feed::close() {
  following_ = nullptr;
  detach();
}

void Feed::room() {
  if (inbox_ != nullptr) inbox_->room();
}

kj::Promise<Result<void>> Feed::subscribe() {
  detach();
  auto inbox = kj::heap<Inbox>(*this);
  inbox_ = inbox.get();
  subscriber_.emplace(kj::mv(inbox));
  auto request = uplink_.log().subscribeRequest();
  const net::Start start = position_ ? net::Start(*position_) : options_.from;
  net::to_wire(start, request.initStart());
  net::to_wire(options_.query, request.initQuery());
  request.setSubscriber(*subscriber_);
  return request.send().then([this](auto&& answer) -> Result<void> {
    if (auto ok = net::error_of(answer); !ok) return ok;
    subscription_ = answer.getSubscription();
    if (!position_) {
      position_ = net::from_wire(answer.getPosition());
      mailbox_->begin(*position_);
      placing_->fulfill();
    }
    return {};
  });
}

void Feed::follow() {
  following_ = until_lost().eagerlyEvaluate([this](kj::Exception&& exception) { end(net::to_error(exception)); });
}

kj::Promise<void> Feed::until_lost() {
  auto over = kj::newPromiseAndFulfiller<void>();
  over_ = kj::mv(over.fulfiller);
  return uplink_.lost().exclusiveJoin(kj::mv(over.promise)).then([this] {
    detach();
    return uplink_.loop().after(uplink_.pause(++failures_)).then([this] { return subscribe_again(); });
  });
}

kj::Promise<void> Feed::subscribe_again() {
  return uplink_.ready().then([this]() -> kj::Promise<void> {
    if (uplink_.ended()) {
      end(*uplink_.ended());
      return kj::READY_NOW;
    }
    return subscribe()
        .then([](Result<void> result) { return result; },
              [](kj::Exception&& exception) -> Result<void> {
                const bool lost = exception.getType() == kj::Exception::Type::DISCONNECTED ||
                                  exception.getType() == kj::Exception::Type::OVERLOADED;
                return lost ? fail(Code::closed, "the connection was lost") : std::unexpected(net::to_error(exception));
              })
        .then([this](Result<void> result) -> kj::Promise<void> {
          if (result) {
            failures_ = 0;
            return until_lost();
          }
          detach();
          if (result.error().code != Code::closed && result.error().code != Code::busy) {
            end(result.error());
            return kj::READY_NOW;
          }
          return uplink_.loop().after(uplink_.pause(++failures_)).then([this] { return subscribe_again(); });
        });
  });
}

Result<void> Feed::follows(const Batch& batch) const {
  const Sequence first = batch[0].sequence();
  const Sequence last = batch[batch.size() - 1].sequence();
  if (first <= position_->sequence || last < first) {
    return fail(Code::corruption, "the server sent event " + std::to_string(first.value()) + " behind event " +
                                      std::to_string(position_->sequence.value()));
  }
  if (!takes_all_) return {};
  const Block& block = *batch.block();
  // Of the block that position_ is in, or of the one behind it.
  const Link& before = batch[0].index() == 0 ? block.chain() : block.link();
  if (first != position_->sequence.next() || last.value() - first.value() + 1 != batch.size() ||
      (!block.is_excerpt() && before != position_->link)) {
    return fail(Code::corruption, "what the server sent as event " + std::to_string(first.value()) +
                                      " does not follow event " + std::to_string(position_->sequence.value()));
  }
  return {};
}

void Feed::take(Batch batch) {
  if (auto ok = follows(batch); !ok) return end(std::move(ok.error()));
  position_->sequence = batch[batch.size() - 1].sequence();
  position_->link = batch.block()->link();
  uplink_.heard(position_->sequence);
  const std::size_t bytes = batch.block()->bytes().size();
  mailbox_->put({.kind = Delivery::Kind::events, .batch = std::move(batch), .checkpoint = *position_}, bytes);
}

void Feed::mark(Delivery::Kind kind, const Checkpoint& position) {
  if (position.sequence < position_->sequence || position.log_id != position_->log_id ||
      (takes_all_ && position != *position_)) {
    return end({.code = Code::corruption,
                .message = "the server says that it stands at " + std::to_string(position.sequence.value()) +
                           ", where it is not"});
  }
  position_ = position;
  uplink_.heard(position.sequence);
  mailbox_->put({.kind = kind, .batch = std::nullopt, .checkpoint = position}, 0);
  mailbox_->tell();
}

void Feed::end(Error reason) {
  mailbox_->end(std::move(reason));
  detach();
  over_ = nullptr;
}

}  // namespace daybook::client
