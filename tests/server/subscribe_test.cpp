// Subscriptions over the wire: blocks byte for byte, excerpts where little matches, the marks in their order, and slow
// or vanished subscribers that cost others nothing.
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/log/block_fixture.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

using Kind = Told::Step::Kind;

namespace {

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = first; i <= last; ++i) all.push_back(i);
  return all;
}

}  // namespace

TEST_CASE("server subscribe: from the first event on and then live, whole blocks come byte for byte") {
  ServedLog served({}, [](Options& options) { options.block_bytes_max = 4096; });
  Commit commit;
  commit.events.assign(50, {.stream = "s", .type = "T", .data = std::string(100, 'x')});
  for (int i = 0; i < 40; ++i) REQUIRE(served->append(commit));
  RawClient client(served.tcp_address());
  client.enter();
  const auto told = client.subscribe({.from = Sequence(1)});
  REQUIRE(told);
  CHECK((*told)->await_events(2000) == numbers(1, 2000));
  CHECK((*told)->await_first(Kind::caught_up).position == *served->head_checkpoint());
  served.fill(30);
  CHECK((*told)->await_events(2030) == numbers(1, 2030));
  Link link = served->checkpoint_at(Sequence(0))->link;
  for (const Told::Step& step : (*told)->await([](const auto&) { return true; })) {
    for (std::size_t i = 0; i < step.batches.size(); ++i) {
      const Block& block = *step.batches[i].block();
      CHECK(!step.excerpts[i]);
      CHECK(block.chain() == link);
      link = block.link();
      const auto stored = served->get(block.first_sequence());
      REQUIRE(stored);
      CHECK(std::ranges::equal(stored->block()->bytes(), block.bytes()));
    }
  }
}

TEST_CASE("server subscribe: where little of a block matches an excerpt comes, with the events' own places") {
  ServedLog served;
  for (int i = 0; i < 20; ++i) {
    Commit commit;
    commit.events.assign(60, {.stream = "s", .type = "Common", .data = std::string(100, 'x')});
    commit.events[17].type = "Rare";
    REQUIRE(served->append(commit));
  }
  RawClient client(served.unix_address());
  client.enter();
  const auto told = client.subscribe({.from = Sequence(1), .query = {.items = {{.types = {"Rare"}}}}});
  REQUIRE(told);
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 20; ++i) expected.push_back(60 * i + 18);
  CHECK((*told)->await_events(20) == expected);
  for (const Told::Step& step : (*told)->await([](const auto&) { return true; })) {
    for (std::size_t i = 0; i < step.batches.size(); ++i) {
      CHECK(step.excerpts[i]);
      for (const EventView event : step.batches[i]) {
        CHECK(event.version() == served->get(event.sequence())->view().version());
        CHECK(step.batches[i].block()->link() == served->get(event.sequence())->block()->link());
      }
    }
  }
}

TEST_CASE("server subscribe: it begins where it was told, and a foreign checkpoint diverges") {
  ServedLog served;
  served.fill(10);
  RawClient client(served.unix_address());
  client.enter();
  const auto behind = client.subscribe({.from = *served->checkpoint_at(Sequence(4))});
  const auto head = client.subscribe({.from = FromHead{}});
  REQUIRE(behind);
  REQUIRE(head);
  CHECK((*behind)->await_events(6) == numbers(5, 10));
  static_cast<void>((*head)->await_first(Kind::caught_up));
  served.fill(2);
  CHECK((*head)->await_events(2) == numbers(11, 12));
  Checkpoint foreign = *served->checkpoint_at(Sequence(4));
  foreign.link.bytes[0] ^= 1;
  CHECK(client.subscribe({.from = foreign}).error().code == Code::diverged);
  CHECK(client.subscribe({.from = Sequence(14)}).error().code == Code::invalid);
  ReadOptions over;
  over.query.items.resize(65);
  CHECK(client.subscribe({.query = over.query}).error().code == Code::too_large);
}

TEST_CASE("server subscribe: whom nothing matches is told how far it was looked, and what it is told rises") {
  ServedLog served;
  Commit commit;
  commit.events.assign(10'000, {.stream = "s", .type = "T"});
  for (int i = 0; i < 3; ++i) REQUIRE(served->append(commit));
  RawClient client(served.unix_address());
  client.enter();
  const auto told = client.subscribe({.from = Sequence(1), .query = {.items = {{.stream_prefix = "none"}}}});
  REQUIRE(told);
  static_cast<void>((*told)->await_first(Kind::caught_up));
  for (int i = 0; i < 2; ++i) REQUIRE(served->append(commit));
  // By the one mark or the other: that it is at the head again, or how far it was looked.
  const auto steps = (*told)->await(
      [](const std::vector<Told::Step>& all) { return all.back().position.sequence >= Sequence(40'000); });
  Sequence last;
  for (const Told::Step& step : steps) {
    CHECK((step.kind == Kind::scanned_through || step.kind == Kind::caught_up));
    CHECK(step.position.sequence >= last);
    CHECK(served->check(step.position));
    last = step.position.sequence;
  }
}

TEST_CASE("server subscribe: one that does not answer holds back neither the others nor the log, and misses nothing") {
  ServedLog served({}, [](Options& options) { options.block_cache_bytes = std::size_t{1} << 20; });
  RawClient slow(served.tcp_address());
  RawClient quick(served.tcp_address());
  slow.enter();
  quick.enter();
  const auto held = slow.subscribe({.from = Sequence(1)});
  const auto free = quick.subscribe({.from = Sequence(1)});
  REQUIRE(held);
  REQUIRE(free);
  (*held)->hold();
  Commit commit;
  commit.events.assign(100, {.stream = "s", .type = "T", .data = std::string(200, 'x')});
  for (int i = 0; i < 400; ++i) REQUIRE(served->append(commit));
  CHECK((*free)->await_events(40'000) == numbers(1, 40'000));
  // What lies on the way to it is its window and a turn, of some eight megabytes.
  CHECK((*held)->events() < 4'000);
  (*held)->let_go();
  CHECK((*held)->await_events(40'000) == numbers(1, 40'000));
}

TEST_CASE("server subscribe: a subscription that is stopped, dropped, or whose connection is gone, leaves nothing") {
  ServedLog served;
  served.fill(5);
  RawClient client(served.unix_address());
  client.enter();
  REQUIRE(client.subscribe({.from = Sequence(1)}));
  client.unsubscribe();
  served.await_statistics([](const ServerStatistics& now) { return now.subscriptions == 0; });
  const auto stopped = client.subscribe({.from = Sequence(1)});
  REQUIRE(stopped);
  static_cast<void>((*stopped)->await_first(Kind::caught_up));
  client.stop_subscription();
  served.fill(5);
  const auto again = client.subscribe({.from = Sequence(1)});
  REQUIRE(again);
  CHECK((*again)->await_events(10) == numbers(1, 10));
  CHECK((*stopped)->events() == 5);
  client.drop();
  served.await_statistics([](const ServerStatistics& now) { return now.subscriptions == 0 && now.connections == 0; });
}

TEST_CASE("server subscribe: beside writers at full speed many subscribers get each event once, in order") {
  ServedLog served([](ServerOptions& options) { options.network_threads = 3; },
                   [](Options& options) { options.block_cache_bytes = std::size_t{1} << 20; });
  std::mt19937_64 random(test_seed());
  RawClient client(served.tcp_address());
  RawClient writer(served.unix_address());
  client.enter();
  writer.enter();
  std::vector<std::shared_ptr<Told>> all;
  std::uint64_t written = 0;
  for (int i = 0; i < 12; ++i) {
    auto told = client.subscribe({.from = Sequence(1)});
    REQUIRE(told);
    all.push_back(*told);
    std::vector<Commit> commits;
    for (int j = 0; j < 100; ++j) {
      commits.push_back(
          {.events = {1 + random() % 5, Event{.stream = "s", .type = "T", .data = std::string(random() % 500, 'x')}}});
      written += commits.back().events.size();
    }
    for (const auto& result : writer.append_many(commits)) REQUIRE(result);
  }
  for (const auto& told : all) CHECK(told->await_events(written) == numbers(1, written));
}
