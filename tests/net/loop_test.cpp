// The two event loops as one: promises run, timers end, other threads get in, nobody starves.
#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <kj/debug.h>

#include "net/loop_thread.h"
#include "tests/net/loop_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// A promise that makes a promise, `left` times over.
kj::Promise<void> chain(std::uint64_t& done, std::uint64_t left) {
  if (left == 0) return kj::READY_NOW;
  return kj::evalLater([&done, left] {
    ++done;
    return chain(done, left - 1);
  });
}

}  // namespace

TEST_CASE("loop: more promises than one turn takes are all run") {
  std::uint64_t done = 0;
  CHECK(run_loop([&](net::Loop&) { return chain(done, 50'000); }) == "");
  CHECK(done == 50'000);
}

TEST_CASE("loop: promises without end do not keep a timer or a post from running") {
  std::uint64_t done = 0;
  std::atomic<bool> posted = false;
  std::thread other;
  CHECK(run_loop([&](net::Loop& loop) {
          auto endless = chain(done, UINT64_MAX);
          other = std::thread([&] { loop.post([&] { posted = true; }); });
          return loop.after(std::chrono::milliseconds(50)).exclusiveJoin(kj::mv(endless));
        }) == "");
  other.join();
  CHECK(done > 4096);
  CHECK(posted);
}

TEST_CASE("loop: posts of another thread come in its order") {
  std::vector<int> seen;
  std::thread other;
  CHECK(run_loop([&](net::Loop& loop) {
          auto [promise, fulfiller] = kj::newPromiseAndFulfiller<void>();
          auto done = std::make_shared<kj::Own<kj::PromiseFulfiller<void>>>(kj::mv(fulfiller));
          other = std::thread([&seen, &loop, done = std::move(done)]() mutable {
            for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
            loop.post([done = std::move(done)] { (*done)->fulfill(); });
          });
          return kj::mv(promise);
        }) == "");
  other.join();
  REQUIRE(seen.size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(seen[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("loop: a dropped timer does not fire, and one that broke says why") {
  CHECK(run_loop([](net::Loop& loop) -> kj::Promise<void> {
          auto dropped = loop.after(std::chrono::milliseconds(1)).then([] { FAIL("a dropped timer fired"); });
          {
            const auto gone = kj::mv(dropped);
          }
          return loop.after(std::chrono::milliseconds(20));
        }) == "");
  CHECK(run_loop([](net::Loop&) -> kj::Promise<void> { KJ_FAIL_REQUIRE("so it is"); }) == "so it is");
}

TEST_CASE("loop: what one post began is seen by the next, and many posts are run in few turns") {
  net::LoopThread thread("test-loop");
  std::vector<std::thread> posters;
  std::vector<int> last(4, -1);  // the loop's, until it is joined
  std::atomic<int> left = 4 * 10'000;
  std::latch done(1);
  for (int poster = 0; poster < 4; ++poster) {
    posters.emplace_back([&, poster] {
      for (int i = 0; i < 10'000; ++i) {
        thread.loop().post([&, poster, i] {
          CHECK(std::exchange(last[static_cast<std::size_t>(poster)], i) == i - 1);
          if (left.fetch_sub(1) == 1) done.count_down();
        });
      }
    });
  }
  done.wait();
  for (std::thread& poster : posters) poster.join();
}

TEST_CASE("loop: what is pending when it ends is destroyed on its thread, in both loops") {
  std::thread::id ran_on;
  std::vector<std::thread::id> destroyed_on;
  struct Witness {
    explicit Witness(std::vector<std::thread::id>& list) : at(&list) {}
    Witness(Witness&& other) noexcept : at(std::exchange(other.at, nullptr)) {}
    ~Witness() {
      if (at != nullptr) at->push_back(std::this_thread::get_id());
    }
    std::vector<std::thread::id>* at;
  };
  {
    net::LoopThread thread("test-loop");
    std::latch begun(1);
    thread.loop().post([&] {
      ran_on = std::this_thread::get_id();
      auto forever = kj::heap<kj::Promise<void>>(
          thread.loop().after(std::chrono::hours(1)).then([witness = Witness(destroyed_on)] {
            FAIL("a timer fired");
          }));
      thread.loop().before_end(
          [forever = std::make_shared<kj::Own<kj::Promise<void>>>(kj::mv(forever))]() mutable { *forever = nullptr; });
      begun.count_down();
    });
    begun.wait();
    thread.loop().stop();
    thread.loop().post([witness = Witness(destroyed_on)] {});
  }
  CHECK(destroyed_on == std::vector<std::thread::id>{ran_on, ran_on});
}

TEST_CASE("loop: the ends are run in the reverse order of their asking") {
  std::vector<int> order;
  {
    net::LoopThread thread("test-loop");
    std::latch begun(1);
    thread.loop().post([&] {
      for (int i = 0; i < 3; ++i) thread.loop().before_end([&order, i] { order.push_back(i); });
      begun.count_down();
    });
    begun.wait();
  }
  CHECK(order == std::vector<int>{2, 1, 0});
}
