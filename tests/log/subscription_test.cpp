// Subscriptions: each matching event once, in order, across the seam from catch-up to live; checkpoints; bounds.
#include <atomic>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::chrono::seconds kLongWait{30};

/// Reads from `subscription` until it has seen sequence `last`, checking order and checkpoints on the way.
std::vector<std::uint64_t> follow_through(Log& log, Subscription& subscription, Sequence last, bool check_checkpoints) {
  std::vector<std::uint64_t> seen;
  Sequence scanned;
  while (scanned < last) {
    const auto delivery = subscription.next(kLongWait);
    if (!delivery) FAIL(to_string(delivery.error()));
    REQUIRE(delivery->kind != Delivery::Kind::idle);
    REQUIRE(delivery->checkpoint.sequence >= scanned);
    scanned = delivery->checkpoint.sequence;
    if (check_checkpoints) REQUIRE(log.check(delivery->checkpoint).has_value());
    if (!delivery->batch) continue;
    for (const EventView event : *delivery->batch) {
      REQUIRE((seen.empty() || event.sequence().value() > seen.back()));
      REQUIRE(event.sequence() <= scanned);
      seen.push_back(event.sequence().value());
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("subscription: beside writers at full speed nothing is missed, repeated or out of order") {
  LogFixture log(true, [](Options& options) {
    options.index_batch_events = 2000;
    options.block_cache_bytes = 1 << 20;  // so small that slow subscribers fall back to storage
  });
  constexpr int kWriters = 4;
  constexpr int kCommits = 5000;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      std::mt19937_64 random(static_cast<std::uint64_t>(w) + 1);
      for (int i = 0; i < kCommits; ++i) {
        Commit commit;
        const auto count = 1 + random() % 3;
        for (std::uint64_t e = 0; e < count; ++e) {
          commit.events.push_back({.stream = "s-" + std::to_string(random() % 50),
                                   .type = random() % 10 == 0 ? "Rare" : "Common",
                                   .data = std::string(random() % 400, 'x')});
        }
        if (!log->append(std::move(commit))) std::abort();
      }
    });
  }
  const Query rare{.items = {{.types = {"Rare"}}}};
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (int i = 0; i < 2; ++i) {
    subscriptions.push_back(log->subscribe({}).value());
    subscriptions.push_back(log->subscribe({.query = rare}).value());
  }
  for (std::thread& writer : writers) writer.join();
  const Sequence head = log->head();
  const auto all = log.sequences({});
  const auto some = log.sequences({.query = rare});
  REQUIRE(all.size() == head.value());
  for (std::size_t i = 0; i < subscriptions.size(); ++i) {
    const auto seen = follow_through(*log.operator->(), *subscriptions[i], head, i == 0);
    CHECK(seen == (i % 2 == 0 ? all : some));
  }
}

TEST_CASE("subscription: where the index ends and blocks begin, an event that matches is delivered once") {
  LogFixture log(true);
  for (int i = 0; i < 3; ++i) {
    Commit commit;
    for (int e = 0; e < 3000; ++e) commit.events.push_back({.stream = "s", .type = "Common"});
    commit.events.back().type = "Rare";
    REQUIRE(log->append(std::move(commit)));
  }
  REQUIRE(log->flush_index());
  auto subscription = log->subscribe({.query = {{{.types = {"Rare"}}}}});
  REQUIRE(subscription);
  CHECK(follow_through(*log.operator->(), **subscription, Sequence(9000), true) ==
        std::vector<std::uint64_t>{3000, 6000, 9000});
  REQUIRE(log->append({.events = {{.stream = "s", .type = "Rare"}}}));
  CHECK(follow_through(*log.operator->(), **subscription, Sequence(9001), true) == std::vector<std::uint64_t>{9001});
}

TEST_CASE("subscription: live, each event is delivered while appends go on, and caught_up is told at the head") {
  LogFixture log(true);
  log.append("a", "T", "before");
  const auto subscription = log->subscribe({.from = FromHead{}}).value();
  CHECK(subscription->next({}).value().kind == Delivery::Kind::caught_up);
  CHECK(subscription->next({}).value().kind == Delivery::Kind::idle);
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) log.append("a", "T", std::to_string(i));
  });
  const auto seen = follow_through(*log.operator->(), *subscription, Sequence(501), true);
  writer.join();
  CHECK(seen.size() == 500);
  CHECK(seen.front() == 2);
}

TEST_CASE("subscription: it goes on from any checkpoint that it gave") {
  LogFixture log(false);
  for (int i = 0; i < 300; ++i) log.append("s-" + std::to_string(i % 7), i % 5 ? "A" : "B", std::string(200, 'x'));
  const Query query{.items = {{.types = {"B"}}}};
  const auto expected = log.sequences({.query = query});
  std::vector<std::uint64_t> seen;
  std::optional<Checkpoint> place;
  for (int restarts = 0; !place || place->sequence < Sequence(300); ++restarts) {
    auto subscription =
        place ? log->subscribe({.from = *place, .query = query}).value() : log->subscribe({.query = query}).value();
    auto delivery = subscription->next({}).value();
    if (delivery.batch) {
      for (const EventView event : *delivery.batch) seen.push_back(event.sequence().value());
    }
    place = delivery.checkpoint;
    subscription.reset();  // the log outlives its subscriptions
    if (restarts % 3 == 0) log.reopen();
    REQUIRE(restarts < 1000);
  }
  CHECK(seen == expected);
}

TEST_CASE("subscription: a checkpoint of another log, another history or beyond the head is diverged") {
  LogFixture log(true);
  log.append("a", "T", "1");
  const Checkpoint good = log->head_checkpoint().value();
  Checkpoint other_log = good;
  other_log.log_id.bytes[0] ^= 1;
  Checkpoint other_history = good;
  other_history.link.bytes[5] ^= 1;
  Checkpoint beyond = good;
  beyond.sequence = Sequence(9);
  for (const Checkpoint& bad : {other_log, other_history, beyond}) {
    const auto subscription = log->subscribe({.from = bad});
    REQUIRE(!subscription);
    CHECK(subscription.error().code == Code::diverged);
  }
  CHECK(log->subscribe({.from = good}).has_value());
}

TEST_CASE("subscription: stop wakes a waiting next, and closing the log does too") {
  LogFixture log(true);
  for (const bool by_close : {false, true}) {
    const auto subscription = log->subscribe({}).value();
    CHECK(subscription->next({}).value().kind == Delivery::Kind::caught_up);
    std::thread stopper([&] {
      if (by_close) {
        static_cast<void>(log->close());
      } else {
        subscription->stop();
      }
    });
    const auto ended = subscription->next(kLongWait);
    stopper.join();
    REQUIRE(!ended);
    CHECK(ended.error().code == Code::closed);
  }
}

TEST_CASE("subscription: no more are open at a time than the option allows") {
  LogFixture log(true, [](Options& options) { options.subscriptions_max = 2; });
  const auto first = log->subscribe({}).value();
  auto second = log->subscribe({}).value();
  CHECK(log->subscribe({}).error().code == Code::busy);
  second.reset();
  CHECK(log->subscribe({}).has_value());
}

TEST_CASE("subscription: a filtered one says how far it has scanned") {
  LogFixture log(true);
  for (int i = 0; i < 30; ++i) {
    Commit commit;
    for (int e = 0; e < 1000; ++e) commit.events.push_back({.stream = "a", .type = "T"});
    REQUIRE(log->append(std::move(commit)));
  }
  const auto subscription = log->subscribe({.query = {{{.types = {"Never"}}}}}).value();
  const auto delivery = subscription->next({}).value();
  CHECK(delivery.kind == Delivery::Kind::progress);
  CHECK(delivery.checkpoint.sequence > Sequence(0));
  while (subscription->next({}).value().kind != Delivery::Kind::caught_up) {
  }
  CHECK(subscription->next({}).value().checkpoint.sequence == Sequence(30000));
}
