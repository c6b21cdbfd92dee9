// Subscriptions over a line that breaks, and from a server that lies: each event once and in order, or a word of what
// is wrong.
#include <doctest/doctest.h>

#include "daybook/client.h"
#include "tests/client/fake_server.h"
#include "tests/log/block_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr auto kWait = std::chrono::seconds(30);

LogId log_id_of(std::uint8_t byte) {
  LogId log_id;
  log_id.bytes.fill(byte);
  return log_id;
}

std::unique_ptr<Log> connected(const FakeServer& server) {
  auto log = connect(server.address(), {.backoff_first = std::chrono::milliseconds(1),
                                        .backoff_last = std::chrono::milliseconds(10),
                                        .subscription_bytes_max = std::size_t{64} << 10});
  if (!log) FAIL(to_string(log.error()));
  return std::move(*log);
}

std::vector<Commit> commit_of(std::size_t events, std::size_t data_bytes = 10) {
  const Event event{.stream = "s", .type = "t", .data = std::string(data_bytes, 'x')};
  return {{.events = std::vector<Event>(events, event)}};
}

Delivery next_of(Subscription& subscription) {
  auto delivery = subscription.next(kWait);
  if (!delivery) FAIL(to_string(delivery.error()));
  return std::move(*delivery);
}

void check_ends(Subscription& subscription, Code code) {
  for (int i = 0; i < 2; ++i) {
    const auto delivery = subscription.next(kWait);
    REQUIRE_FALSE(delivery);
    CHECK(to_string(delivery.error().code) == to_string(code));
  }
}

}  // namespace

TEST_CASE("client subscription: after a lost connection it goes on behind what came last") {
  FakeServer server;
  server.set_log(log_id_of(1), Sequence(1000));
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  auto subscription = log->subscribe().value();
  CHECK(server.await_subscribers(1) == "sequence 1");
  std::uint64_t sequence = 0;
  for (std::size_t round = 1; round <= 20; ++round) {
    for (int i = 0; i < 3; ++i) server.push(chain.seal(commit_of(4)));
    while (sequence < 12 * round) {  // what came is there, whether or not the server knows that
      const Delivery delivery = next_of(*subscription);
      for (const EventView event : *delivery.batch) CHECK(event.sequence() == Sequence(++sequence));
      CHECK(delivery.checkpoint.sequence == Sequence(sequence));
      CHECK(delivery.checkpoint.link == delivery.batch->block()->link());
      CHECK(delivery.checkpoint.log_id == log_id_of(1));
    }
    server.cut();
    CHECK(server.await_subscribers(round + 1) == "checkpoint " + std::to_string(12 * round));
  }
}

TEST_CASE("client subscription: a server that ends it because it goes is asked again, one with a reason is believed") {
  FakeServer server;
  const auto log = connected(server);
  auto subscription = log->subscribe().value();
  static_cast<void>(server.await_subscribers(1));
  server.end_subscription({.code = Code::closed, .message = "the server stops"});
  static_cast<void>(server.await_subscribers(2));
  server.end_subscription({.code = Code::io, .message = "the disk"});
  check_ends(*subscription, Code::io);
}

TEST_CASE("client subscription: who does not read holds the server back, and loses nothing") {
  FakeServer server;
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  auto subscription = log->subscribe().value();
  static_cast<void>(server.await_subscribers(1));
  constexpr std::size_t kBlocks = 200;
  for (std::size_t i = 0; i < kBlocks; ++i) server.push(chain.seal(commit_of(1, 16'000)));
  // 64 KiB are taken in, and 512 KiB are on their way without an answer: Cap'n Proto lets no more out of the server.
  server.await_pushed(32);
  CHECK(log->refresh());  // a round trip later it is still so
  CHECK(server.pushed() <= 41);
  for (std::size_t i = 0; i < kBlocks; ++i) CHECK(next_of(*subscription).checkpoint.sequence == Sequence(i + 1));
  server.await_pushed(kBlocks);
}

TEST_CASE("client subscription: at the head it is idle, and says where it stands") {
  FakeServer server;
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  auto subscription = log->subscribe().value();
  const auto idle = subscription->next(std::chrono::milliseconds(1));
  REQUIRE(idle);
  CHECK(idle->kind == Delivery::Kind::idle);
  CHECK(idle->checkpoint.sequence == Sequence(0));
  server.push(chain.seal(commit_of(3)));
  CHECK(next_of(*subscription).kind == Delivery::Kind::events);
  CHECK(subscription->next(std::chrono::nanoseconds(0))->checkpoint.sequence == Sequence(3));
}

TEST_CASE("client subscription: events twice, out of order, left out or of another history are corruption") {
  FakeServer server;
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  BlockChain other(log_id_of(2));
  const auto first = chain.seal(commit_of(2));
  const auto second = chain.seal(commit_of(2));
  const auto third = chain.seal(commit_of(2));
  static_cast<void>(other.seal(commit_of(2)));
  const auto forged = other.seal(commit_of(2));
  std::size_t subscribers = 0;
  for (const auto& wrong : {first, third, forged}) {
    auto subscription = log->subscribe().value();
    static_cast<void>(server.await_subscribers(++subscribers));
    server.push(first);
    CHECK(next_of(*subscription).checkpoint.sequence == Sequence(2));
    server.push(wrong);
    check_ends(*subscription, Code::corruption);
  }
  auto subscription = log->subscribe().value();
  static_cast<void>(server.await_subscribers(++subscribers));
  for (const auto& right : {first, second, third}) server.push(right);
  for (const std::uint64_t last : {2, 4, 6}) CHECK(next_of(*subscription).checkpoint.sequence == Sequence(last));
}

TEST_CASE("client subscription: a gap is an error behind what came before it, for ever") {
  FakeServer server;
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  auto subscription = log->subscribe().value();
  static_cast<void>(server.await_subscribers(1));
  server.push(chain.seal(commit_of(2)));
  server.push_gap(Sequence(3), Sequence(9));
  CHECK(next_of(*subscription).checkpoint.sequence == Sequence(2));
  check_ends(*subscription, Code::corruption);
}

TEST_CASE("client subscription: stop() and the log's close() wake next()") {
  FakeServer server;
  const auto log = connected(server);
  auto stopped = log->subscribe().value();
  auto closed = log->subscribe().value();
  stopped->stop();
  check_ends(*stopped, Code::closed);
  REQUIRE(log->close());
  check_ends(*closed, Code::closed);
}

TEST_CASE("client subscription: a server that comes back with another log gives diverged") {
  FakeServer server;
  const auto log = connected(server);
  BlockChain chain(log_id_of(1));
  auto subscription = log->subscribe().value();
  static_cast<void>(server.await_subscribers(1));
  server.push(chain.seal(commit_of(2)));
  CHECK(next_of(*subscription).checkpoint.sequence == Sequence(2));
  server.set_log(log_id_of(2), Sequence(50));
  server.cut();
  check_ends(*subscription, Code::diverged);
}
