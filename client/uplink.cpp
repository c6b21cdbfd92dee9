// Everything that a server can change behind our back is looked at in one place, when a connection is made: its
// protocol, which log it has, and whether that log still holds what this client has heard of. Nobody is told that it is
// up before.
#include "client/uplink.h"

#include <algorithm>
#include <utility>

#include "base/logger.h"
#include "net/connect.h"
#include "net/errors.h"
#include "net/wire_error.h"
#include "net/wire_ids.h"

namespace daybook::client {
namespace {

/// What a later try may get past. A socket that is not there yet is one that the server has not made yet.
bool may_pass(Code code) {
  return code == Code::io || code == Code::timeout || code == Code::busy || code == Code::closed ||
         code == Code::not_found;
}

kj::ForkedPromise<void> done() {
  return kj::Promise<void>(kj::READY_NOW).fork();
}

}  // namespace

Uplink::Uplink(net::Loop& loop, net::Address address, const ClientOptions& options, Dice& dice)
    : loop_(loop), address_(std::move(address)), options_(options), dice_(dice), lost_(done()) {
  auto ready = kj::newPromiseAndFulfiller<void>();
  ready_fulfiller_ = kj::mv(ready.fulfiller);
  ready_ = ready.promise.fork();
}

Uplink::~Uplink() = default;

kj::Promise<Result<void>> Uplink::open() {
  return open_until(loop_.now() + options_.connect_timeout);
}

kj::Promise<Result<void>> Uplink::open_until(std::chrono::steady_clock::time_point deadline) {
  return try_once().then([this, deadline](Result<void> tried) -> kj::Promise<Result<void>> {
    if (tried) {
      running_ = stay_up().eagerlyEvaluate(nullptr);
      return tried;
    }
    if (!may_pass(tried.error().code)) return tried;
    const auto wait = pause(++failures_);
    if (loop_.now() + wait >= deadline) {
      return Result<void>(
          fail(Code::io, "no connection to " + net::to_string(address_) + ": " + tried.error().message));
    }
    return loop_.after(wait).then([this, deadline] { return open_until(deadline); });
  });
}

kj::Promise<Result<void>> Uplink::try_once() {
  const auto timeout = options_.connect_timeout;
  auto greeted = net::connect(loop_, address_, timeout).then([this](kj::Own<kj::AsyncIoStream> stream) {
    connection_ = std::make_unique<net::Connection>(loop_, kj::mv(stream), net::ConnectionLimits::client());
    return greet();
  });
  auto late =
      loop_.after(timeout).then([] { return Result<void>(fail(Code::timeout, "the server does not answer in time")); });
  return greeted.exclusiveJoin(kj::mv(late))
      .then([](Result<void> result) { return result; },
            [this](kj::Exception&& exception) {
              // An answer that does not come because the connection ended has the connection's reason.
              const bool why_known = connection_ != nullptr && connection_->reason().has_value();
              return Result<void>(std::unexpected(why_known ? *connection_->reason() : net::to_error(exception)));
            })
      .then([this](Result<void> result) {
        if (result) {
          come_up();
        } else {
          trouble_ = result.error().message;
          greeted_.reset();
          session_.reset();
          connection_.reset();
        }
        return result;
      });
}

kj::Promise<Result<void>> Uplink::greet() {
  // One round trip: what comes after the login is called on what the login will give.
  auto request = connection_->bootstrap().castAs<rpc::Daybook>().loginRequest();
  request.setToken(net::text_of(options_.token));
  request.setClient(net::text_of(options_.name));
  request.setVersion(rpc::PROTOCOL_VERSION);
  auto login = request.send();
  auto open = login.getSession().openLogRequest().send();
  kj::Promise<Result<void>> checked = Result<void>();
  if (anchor_) {
    auto check = open.getLog().checkRequest();
    net::to_wire(*anchor_, check.initCheckpoint());
    checked = check.send().then([](auto&& answer) { return net::error_of(answer); });
  }
  return login.then([this, open = kj::mv(open),
                     checked = kj::mv(checked)](auto&& answer) mutable -> kj::Promise<Result<void>> {
    if (auto ok = net::error_of(answer); !ok) return ok;
    if (answer.getVersion() != rpc::PROTOCOL_VERSION) {
      return Result<void>(fail(Code::unsupported, "the server speaks version " + std::to_string(answer.getVersion()) +
                                                      " of the protocol, this client version " +
                                                      std::to_string(rpc::PROTOCOL_VERSION)));
    }
    session_ = answer.getSession();
    connection_->logged_in();
    return open.then([this, checked = kj::mv(checked)](auto&& opened) mutable -> kj::Promise<Result<void>> {
      if (auto ok = recognise(opened); !ok) return ok;
      return checked.then([this, log = opened.getLog()](Result<void> ok) mutable {
        if (ok) greeted_ = kj::mv(log);
        return ok;
      });
    });
  });
}

Result<void> Uplink::recognise(rpc::Session::OpenLogResults::Reader answer) {
  if (auto ok = net::error_of(answer); !ok) return ok;
  const LogId log_id = net::from_wire(answer.getLogId());
  const Sequence head(answer.getHead());
  if (!known_) {
    log_id_ = log_id;
    known_ = true;
  } else if (log_id != log_id_) {
    return fail(Code::diverged, "the server's log is another one: " + log_id.text() + ", not " + log_id_.text());
  } else if (head < this->head()) {
    return fail(Code::diverged, "the server's log ends at " + std::to_string(head.value()) + " and is an older copy: " +
                                    std::to_string(this->head().value()) + " was there before");
  }
  heard(head);
  return {};
}

void Uplink::come_up() {
  log_ = std::move(greeted_);
  greeted_.reset();
  if (failures_ > 0)
    log_info("connected address=" + net::to_string(address_) + " tries=" + std::to_string(failures_ + 1));
  failures_ = 0;
  trouble_.clear();
  auto lost = kj::newPromiseAndFulfiller<void>();
  lost_fulfiller_ = kj::mv(lost.fulfiller);
  lost_ = lost.promise.fork();
  ask_anchor();
  ready_fulfiller_->fulfill();
}

void Uplink::ask_anchor() {
  auto request = log_->checkpointAtRequest();
  request.setSequence(head().value());
  anchoring_ = request.send()
                   .then([this](auto&& answer) {
                     if (!answer.hasError()) anchor_ = net::from_wire(answer.getCheckpoint());
                   })
                   .eagerlyEvaluate([](kj::Exception&&) {});
}

kj::Promise<void> Uplink::stay_up() {
  return connection_->closed()
      .then([this] {
        go_down(connection_->reason().value_or(Error{.code = Code::io, .message = "the connection was lost"}));
        return loop_.after(pause(++failures_));
      })
      .then([this] { return come_back(); });
}

kj::Promise<void> Uplink::come_back() {
  return try_once().then([this](Result<void> tried) -> kj::Promise<void> {
    if (tried) return stay_up();
    if (tried.error().code == Code::diverged) {
      // Not from inside of the promise that it drops.
      loop_.post([this, error = tried.error()] { end(error); });
      return kj::NEVER_DONE;
    }
    return loop_.after(pause(++failures_)).then([this] { return come_back(); });
  });
}

void Uplink::go_down(const Error& why) {
  log_info("connection lost address=" + net::to_string(address_) + " error=" + std::string(to_string(why.code)) +
           "; connecting again");
  trouble_ = why.message;
  auto ready = kj::newPromiseAndFulfiller<void>();
  ready_fulfiller_ = kj::mv(ready.fulfiller);
  ready_ = ready.promise.fork();
  anchoring_ = nullptr;
  log_.reset();
  session_.reset();
  connection_.reset();  // what is on its way fails
  lost_fulfiller_->fulfill();
}

void Uplink::end(Error reason) {
  if (ended_) return;
  ended_ = std::move(reason);
  running_ = nullptr;
  anchoring_ = nullptr;
  log_.reset();
  session_.reset();
  connection_.reset();
  if (lost_fulfiller_.get() != nullptr) lost_fulfiller_->fulfill();
  ready_fulfiller_->fulfill();
}

std::chrono::nanoseconds Uplink::pause(unsigned failures) {
  auto wait = options_.backoff_first;
  for (unsigned i = 1; i < failures && wait < options_.backoff_last; ++i) wait *= 2;
  wait = std::min(wait, options_.backoff_last);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(wait.count()) * dice_.jitter()));
}

void Uplink::heard(Sequence sequence) {
  std::uint64_t known = head_.load(std::memory_order_relaxed);
  while (known < sequence.value() && !head_.compare_exchange_weak(known, sequence.value(), std::memory_order_acq_rel)) {
  }
}

}  // namespace daybook::client
