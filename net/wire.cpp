// Sent messages gather until nothing else is left to run on the loop (evalLast): what the answers of one turn make goes
// out with one system call. They are written from where they were built, and dropped when the kernel has them.
#include "net/wire.h"

#include <utility>

#include <capnp/message.h>

#include "net/errors.h"
#include "net/outgoing_message.h"

namespace daybook::net {
namespace {

using Peer = capnp::TwoPartyVatNetworkBase::Connection;
using MaybeMessage = kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>;

/// Of one write: enough to fill any window, and few enough messages that the first are not kept long.
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
/// See kBatchBytes.
constexpr std::size_t kBatchMessages = 256;

DAYBOOK_KJ_INTERFACE_BEGIN
/// A message that came, as the RPC wants it.
class IncomingMessage final : public capnp::IncomingRpcMessage {
 public:
  explicit IncomingMessage(kj::Own<capnp::MessageReader> message) : message_(kj::mv(message)) {}

  capnp::AnyPointer::Reader getBody() override { return message_->getRoot<capnp::AnyPointer>(); }
  std::size_t sizeInWords() override { return message_->sizeInWords(); }

 private:
  kj::Own<capnp::MessageReader> message_;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace

DAYBOOK_KJ_INTERFACE_BEGIN
/// Told when the RPC drops its connection.
class Wire::LetGo final : public kj::Disposer {
 public:
  explicit LetGo(Wire& wire) : wire_(wire) {}

 protected:
  void disposeImpl(void* /*connection*/) const override { wire_.over_(); }

 private:
  Wire& wire_;
};
DAYBOOK_KJ_INTERFACE_END

Wire::Wire(MessageStream& stream, capnp::rpc::twoparty::Side side, const ConnectionLimits& limits,
           std::function<void()> ending, std::function<void()> over)
    : stream_(stream),
      side_(side),
      limits_(limits),
      ending_(std::move(ending)),
      over_(std::move(over)),
      let_go_(std::make_unique<LetGo>(*this)),
      ledger_(limits) {
  peer_id_.initRoot<capnp::rpc::twoparty::VatId>().setSide(side == capnp::rpc::twoparty::Side::CLIENT
                                                               ? capnp::rpc::twoparty::Side::SERVER
                                                               : capnp::rpc::twoparty::Side::CLIENT);
}

Wire::~Wire() = default;

kj::Maybe<kj::Own<capnp::TwoPartyVatNetworkBase::Connection>> Wire::connect(capnp::rpc::twoparty::VatId::Reader whom) {
  if (whom.getSide() == side_ || std::exchange(connected_, true)) return nullptr;
  return kj::Own<Peer>(this, *let_go_);
}

kj::Promise<kj::Own<capnp::TwoPartyVatNetworkBase::Connection>> Wire::accept() {
  if (side_ == capnp::rpc::twoparty::Side::SERVER && !std::exchange(connected_, true)) {
    return kj::Own<Peer>(this, *let_go_);
  }
  return kj::NEVER_DONE;
}

kj::Own<capnp::RpcFlowController> Wire::newStream() {
  return capnp::RpcFlowController::newVariableWindowController(*this);
}

capnp::rpc::twoparty::VatId::Reader Wire::getPeerVatId() {
  return peer_id_.getRoot<capnp::rpc::twoparty::VatId>();
}

kj::Own<capnp::OutgoingRpcMessage> Wire::newOutgoingMessage(unsigned words) {
  return kj::refcounted<OutgoingMessage>(*this, words);
}

void Wire::note(const kj::Exception& why) {
  if (reason_) return;
  reason_.emplace(why);
  ending_();
}

void Wire::fail(kj::Exception why) {
  if (std::exchange(failed_, true)) return;
  note(why);
  held_back_ = nullptr;
  reading_.cancel(why);
}

WireStatistics Wire::statistics() const {
  WireStatistics statistics = statistics_;
  statistics.calls_in_flight = ledger_.calls_in_flight();
  statistics.unfinished_calls = ledger_.unfinished_calls();
  statistics.exports = ledger_.exports();
  return statistics;
}

// Receiving.

bool Wire::admits() const {
  return ledger_.admits() && (limits_.queued_bytes == 0 || statistics_.queued_bytes <= limits_.queued_bytes);
}

kj::Promise<void> Wire::admitted() {
  if (admits()) return kj::READY_NOW;
  auto pair = kj::newPromiseAndFulfiller<void>();
  held_back_ = kj::mv(pair.fulfiller);
  return pair.promise.then([this] { return admitted(); });
}

void Wire::open_gate() {
  if (held_back_ == nullptr || !admits()) return;
  KJ_IF_MAYBE (fulfiller, held_back_) {
    auto go_on = kj::mv(*fulfiller);
    held_back_ = nullptr;
    go_on->fulfill();
  }
}

kj::Promise<MaybeMessage> Wire::receiveIncomingMessage() {
  if (failed_) return kj::cp(*reason_);
  const capnp::ReaderOptions options;
  if (admits()) {
    auto held = stream_.take_held(options);
    if (held != nullptr) return take_in(kj::mv(held));
  }
  return reading_
      .wrap(admitted().then([this, options] {
        reads_ = true;
        return stream_.tryReadMessage(nullptr, options, nullptr);
      }))
      .then(
          [this](kj::Maybe<capnp::MessageReaderAndFds>&& message) {
            reads_ = false;
            return take_in(kj::mv(message));
          },
          [this](kj::Exception&& why) -> kj::Promise<MaybeMessage> {
            reads_ = false;
            failed_ = true;
            note(why);
            return kj::mv(why);
          });
}

/// What a message means for the counts; the RPC gets it if it breaks no bound.
kj::Promise<MaybeMessage> Wire::take_in(kj::Maybe<capnp::MessageReaderAndFds> message) {
  return kj::evalNow([&]() -> kj::Promise<MaybeMessage> {
    KJ_IF_MAYBE (arrived, message) {
      ++statistics_.messages_received;
      const auto content = arrived->reader->getRoot<capnp::rpc::Message>();
      if (content.isAbort()) note(aborted("the peer ended the connection: ", content.getAbort()));
      if (auto broken = ledger_.received(content)) {
        failed_ = true;
        note(to_exception(Error{.code = Code::busy, .message = std::move(*broken)}));
        return kj::cp(*reason_);
      }
      return MaybeMessage(kj::heap<IncomingMessage>(kj::mv(arrived->reader)));
    }
    note(to_exception(Error{.code = Code::closed, .message = "the peer closed the connection"}));
    return MaybeMessage(nullptr);
  });
}

kj::Exception Wire::aborted(const char* whose, capnp::rpc::Exception::Reader why) {
  const bool disconnected = why.getType() == capnp::rpc::Exception::Type::DISCONNECTED;
  const bool overloaded = why.getType() == capnp::rpc::Exception::Type::OVERLOADED;
  return to_exception(Error{.code = disconnected ? Code::closed
                                    : overloaded ? Code::busy
                                                 : Code::invalid,
                            .message = std::string(whose) + why.getReason().cStr()});
}

// Sending.

void Wire::enqueue(kj::Own<OutgoingMessage> message) {
  if (broken_) return;
  const auto content = message->getBody().getAs<capnp::rpc::Message>().asReader();
  if (content.isAbort()) note(aborted("the connection was ended: ", content.getAbort()));
  auto broken = ledger_.sent(content);
  message->count_bytes();
  statistics_.queued_bytes += message->bytes();
  queue_.push_back(kj::mv(message));
  if (!std::exchange(writing_, true)) {
    write_ = kj::evalLast([this] { return write_all(); }).eagerlyEvaluate([this](kj::Exception&& why) {
      break_off(kj::mv(why));
    });
  }
  if (broken) fail(to_exception(Error{.code = Code::busy, .message = std::move(*broken)}));
  open_gate();  // an answer makes room for a call
}

void Wire::take_batch() {
  std::size_t bytes = 0;
  while (!queue_.empty() && batch_.size() < kBatchMessages && bytes < kBatchBytes) {
    OutgoingMessage& message = *queue_.front();
    bytes += message.bytes();
    batch_segments_.add(message.segments());
    batch_.add(kj::mv(queue_.front()));
    queue_.pop_front();
  }
}

void Wire::drop_batch() {
  for (const auto& message : batch_) statistics_.queued_bytes -= message->bytes();
  statistics_.messages_sent += batch_.size();
  ++statistics_.writes;
  batch_segments_.clear();
  batch_.clear();
}

kj::Promise<void> Wire::write_all() {
  if (queue_.empty()) {
    writing_ = false;
    tell_flushed();
    return kj::READY_NOW;
  }
  take_batch();
  return stream_.writeMessages(batch_segments_.asPtr()).then([this] {
    drop_batch();
    open_gate();
    return write_all();
  });
}

void Wire::tell_flushed() {
  KJ_IF_MAYBE (fulfiller, flushed_) (*fulfiller)->fulfill();
  flushed_ = nullptr;
}

void Wire::break_off(kj::Exception why) {
  broken_ = true;
  queue_.clear();
  drop_batch();
  statistics_.queued_bytes = 0;
  tell_flushed();
  fail(kj::mv(why));
}

kj::Promise<void> Wire::shutdown() {
  if (broken_) return kj::READY_NOW;
  if (!writing_) return stream_.end();
  auto pair = kj::newPromiseAndFulfiller<void>();
  flushed_ = kj::mv(pair.fulfiller);
  return pair.promise.then([this] { return broken_ ? kj::Promise<void>(kj::READY_NOW) : stream_.end(); });
}

}  // namespace daybook::net
