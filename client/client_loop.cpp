// One thread does all that waits for a server. Others hand it work and wait for an answer, which always comes: each
// call has its time, and close() answers whatever is left.
#include "client/client_loop.h"

#include "net/errors.h"
#include "net/outgoing_message.h"

namespace daybook::client {

ClientLoop::Parts::Parts(net::Loop& loop, net::Address address, const ClientOptions& options, Dice& dice,
                         Outbox& outbox)
    : uplink(loop, std::move(address), options, dice), sender(uplink, outbox, options), calls(uplink) {}

ClientLoop::ClientLoop(net::Address address, const ClientOptions& options)
    : options_(options),
      dice_(options.seed),
      outbox_(options.queue_commits_max, options.queue_bytes_max),
      thread_("daybook-client") {
  Answer<void> made;
  thread_.loop().post([this, &made, address = std::move(address)]() mutable {
    net::Loop& loop = thread_.loop();
    parts_ = std::make_unique<Parts>(loop, std::move(address), options_, dice_, outbox_);
    loop.before_end([this] { parts_.reset(); });
    loop.lend_when([this] { return quiet(); });
    made.set({});
  });
  static_cast<void>(made.wait());
}

ClientLoop::~ClientLoop() {
  close();
}

void ClientLoop::run_and_wait(std::function<kj::Promise<Result<void>>()> work, Answer<void>& answer) {
  thread_.loop().post([this, &answer, work = std::move(work)]() mutable {
    parts_->closing =
        kj::evalNow(work)
            .then([&answer](Result<void> result) { answer.set(std::move(result)); },
                  [&answer](kj::Exception&& exception) { answer.set(std::unexpected(net::to_error(exception))); })
            .eagerlyEvaluate(nullptr);
  });
}

Result<void> ClientLoop::open() {
  Answer<void> opened;
  run_and_wait([this] { return parts_->uplink.open(); }, opened);
  return opened.wait();
}

void ClientLoop::close() {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  outbox_.close();
  Answer<void> drained;
  run_and_wait(
      [this] {
        auto late = thread_.loop().after(options_.call_timeout);
        return parts_->sender.drained().exclusiveJoin(kj::mv(late)).then([] { return Result<void>(); });
      },
      drained);
  static_cast<void>(drained.wait());
  Answer<void> ended;
  thread_.loop().post([this, &ended] {
    end();
    ended.set({});
  });
  static_cast<void>(ended.wait());
}

void ClientLoop::end() {
  const Error reason{.code = Code::closed, .message = "the log is closed"};
  parts_->sender.fail_all(reason);
  parts_->calls.close();
  for (auto& [number, subscribed] : parts_->feeds) {
    subscribed.mailbox->stop();
    subscribed.feed->close();  // not destroyed: a call in progress may still know it
  }
  parts_->uplink.end(reason);
}

/// Nothing is on its way, and nothing may come but by the connection's end.
bool ClientLoop::quiet() {
  return !closed() && parts_->feeds.empty() && parts_->uplink.up() && parts_->sender.idle() && parts_->calls.idle() &&
         net::OutgoingMessage::none_unsent();
}

Result<void> ClientLoop::may_wait() {
  if (is_this_thread()) {
    return fail(Code::unsupported,
                "a completion runs on the client's own thread, where no call can wait for its answer");
  }
  if (closed()) return fail(Code::closed, "the log is closed");
  return {};
}

Result<void> ClientLoop::append(std::unique_ptr<Outgoing> outgoing) {
  auto pushed = outbox_.push(std::move(outgoing), false);
  if (!pushed) return std::unexpected(std::move(pushed.error()));
  if (*pushed) thread_.loop().post([this] { parts_->sender.pump(); });
  return {};
}

Result<Appended> ClientLoop::append_and_wait(std::unique_ptr<Outgoing> outgoing) {
  Answer<Appended> answer;
  outgoing->completion = [&answer](Result<Appended> result) { answer.set(std::move(result)); };
  auto pushed = outbox_.push(std::move(outgoing), true);
  if (!pushed) return std::unexpected(std::move(pushed.error()));
  if (*pushed) thread_.loop().borrow([this] { parts_->sender.pump(); }, [&answer] { return answer.is_set(); });
  return answer.wait();
}

Result<std::uint64_t> ClientLoop::subscribe(const SubscribeOptions& options, std::shared_ptr<Mailbox> mailbox) {
  const std::uint64_t number = next_feed_.fetch_add(1);
  auto result = ask<std::uint64_t>([this, options, mailbox, number](Uplink& uplink) {
    auto& subscribed = parts_->feeds[number];
    subscribed = {.mailbox = mailbox, .feed = std::make_unique<Feed>(uplink, mailbox, options)};
    return subscribed.feed->subscribe().then([feed = subscribed.feed.get(), number](Result<void> subscribed_now) {
      if (!subscribed_now) return Result<std::uint64_t>(std::unexpected(std::move(subscribed_now.error())));
      feed->follow();
      return Result<std::uint64_t>(number);
    });
  });
  if (!result) drop(number);
  return result;
}

void ClientLoop::room(std::uint64_t number) {
  thread_.loop().post([this, number] {
    const auto found = parts_->feeds.find(number);
    if (found != parts_->feeds.end() && found->second.feed) found->second.feed->room();
  });
}

void ClientLoop::drop(std::uint64_t number) {
  thread_.loop().post([this, number] { parts_->feeds.erase(number); });
}

}  // namespace daybook::client
