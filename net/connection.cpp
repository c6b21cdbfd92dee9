// One timer a connection looks now and then at what has stood still; nothing is set or cleared a message.
#include "net/connection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "net/errors.h"

namespace daybook::net {
namespace {

using capnp::rpc::twoparty::Side;
using std::chrono::milliseconds;

int descriptor_of(kj::AsyncIoStream& stream) {
  KJ_IF_MAYBE (descriptor, stream.getFd()) return *descriptor;
  return -1;
}

Error late(const char* what, milliseconds limit) {
  return Error{.code = Code::timeout, .message = std::string(what) + std::to_string(limit.count()) + " ms"};
}

}  // namespace

Connection::Connection(Loop& loop, kj::Own<kj::AsyncIoStream> stream, const ConnectionLimits& limits)
    : loop_(loop),
      limits_(limits),
      stream_(kj::mv(stream), loop.clock(), limits.message_bytes_before_login, limits.window_bytes, limits.spare_bytes),
      silence_(descriptor_of(stream_.bytes()), limits.dead_after),
      holds_(kj::refcounted<Holds>()),
      begun_(loop.now()),
      active_(begun_) {
  set_keep_alive(descriptor_of(stream_.bytes()), limits.dead_after);
  auto pair = kj::newPromiseAndFulfiller<void>();
  closed_ = pair.promise.fork();
  closed_fulfiller_ = kj::mv(pair.fulfiller);
}

Connection::~Connection() {
  // The RPC first: it drops the calls that run, and what it lets go of may still look at the rest of this.
  watch_ = nullptr;
  system_.reset();
  finish();
}

void Connection::begin(Side side, kj::Maybe<capnp::Capability::Client> capability) {
  DAYBOOK_CHECK(!system_, "a connection serves, or is served, once");
  wire_ = std::make_unique<Wire>(stream_, side, limits_, [this] { ending(); }, [this] { finish(); });
  system_.emplace(*wire_, kj::mv(capability));
  if (limits_.call_bytes_in_flight > 0) system_->setFlowLimit(limits_.call_bytes_in_flight / sizeof(capnp::word));
  watch_ = watch().eagerlyEvaluate(nullptr);
}

void Connection::serve(capnp::Capability::Client capability) {
  begin(Side::SERVER, kj::mv(capability));
}

capnp::Capability::Client Connection::bootstrap() {
  if (!system_) begin(Side::CLIENT, nullptr);
  capnp::MallocMessageBuilder message(8);
  auto whom = message.initRoot<capnp::rpc::twoparty::VatId>();
  whom.setSide(Side::SERVER);
  return system_->bootstrap(whom);
}

void Connection::logged_in() {
  logged_in_ = true;
  stream_.set_message_bytes_max(limits_.message_bytes);
}

WireStatistics Connection::statistics() const {
  return wire_ ? wire_->statistics() : WireStatistics{};
}

void Connection::close(Error reason) {
  end(std::move(reason));
}

// Limits in time.

milliseconds Connection::tick() const {
  milliseconds shortest = std::chrono::seconds(60);
  for (const milliseconds limit : {limits_.handshake, limits_.idle, limits_.half_message, limits_.dead_after}) {
    if (limit.count() > 0) shortest = std::min(shortest, limit);
  }
  return std::max(shortest / 4, milliseconds(1));
}

kj::Promise<void> Connection::watch() {
  return loop_.after(tick()).then([this]() -> kj::Promise<void> {
    if (reason_) return kj::READY_NOW;
    auto error = overdue();
    if (!error) return watch();
    end(std::move(*error));
    return kj::READY_NOW;
  });
}

std::optional<Error> Connection::overdue() {
  const auto now = loop_.now();
  const auto passed = [now](auto since, milliseconds limit) { return limit.count() > 0 && now - since >= limit; };
  const WireStatistics figures = wire_->statistics();
  const std::uint64_t messages = figures.messages_received + figures.messages_sent;
  if (std::exchange(messages_seen_, messages) != messages || holds_->count > 0 || figures.calls_in_flight > 0) {
    active_ = now;
  }
  if (!logged_in_ && passed(begun_, limits_.handshake)) return late("no login within ", limits_.handshake);
  const Reading& reading = stream_.reading();
  if (reading.inside && passed(reading.since, limits_.half_message)) {
    return late("half a message, and no more of it within ", limits_.half_message);
  }
  if (passed(active_, limits_.idle)) return late("no message either way within ", limits_.idle);
  if (!wire_->reads() && has_ended(descriptor_of(stream_.bytes()))) {
    return Error{.code = Code::io, .message = "the peer is gone, with calls under way"};
  }
  if (silence_.dead(now)) {
    return Error{.code = Code::io,
                 .message = "the peer has answered nothing for " + std::to_string(limits_.dead_after.count()) + " ms"};
  }
  return std::nullopt;
}

// The end.

void Connection::end(Error reason) {
  if (reason_) return;
  reason_ = std::move(reason);
  if (wire_) {
    wire_->fail(to_exception(*reason_));
  } else {
    finish();
  }
}

/// The wire has a reason. The RPC gets the time to say it.
void Connection::ending() {
  if (!reason_) reason_ = to_error(*wire_->reason());
  linger_ = loop_.after(limits_.linger).then([this] { finish(); }).eagerlyEvaluate(nullptr);
}

/// The RPC has let go, or had its time to.
void Connection::finish() {
  if (!reason_) reason_ = Error{.code = Code::closed, .message = "the connection was closed here"};
  if (closed_fulfiller_->isWaiting()) closed_fulfiller_->fulfill();
}

}  // namespace daybook::net
