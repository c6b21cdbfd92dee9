// The two event loops as one: promises run, timers end, other threads get in, nobody starves.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

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
          other = std::thread([&seen, &loop, fulfiller = kj::mv(fulfiller)]() mutable {
            for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
            loop.post([fulfiller = kj::mv(fulfiller)]() mutable { fulfiller->fulfill(); });
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
