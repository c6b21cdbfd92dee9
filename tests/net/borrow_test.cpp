// A loop that is lent: whoever calls runs it, one at a time, and everything else is run by its own thread all the same.
#include <atomic>
#include <latch>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <kj/async-io.h>

#include "net/loop_thread.h"
#include "tests/net/loop_fixture.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// A loop that is lent, and that counts as quiet whenever no call of call() is on its way.
class Lender {
 public:
  explicit Lender(std::size_t posts_pending = 0) : posts_pending_(posts_pending) {
    std::latch ready(1);
    loop().post([this, &ready] {
      own_thread_ = std::this_thread::get_id();
      loop().lend_when([this] { return calls_ == 0 && posts_pending_ == 0; });
      loop().before_end([this] { answers_.clear(); });
      ready.count_down();
    });
    ready.wait();
  }

  net::Loop& loop() { return thread_.loop(); }
  [[nodiscard]] bool is_own_thread() const { return std::this_thread::get_id() == own_thread_; }

  /// A call whose answer takes a timer; which thread began it.
  std::thread::id call(std::chrono::microseconds takes = std::chrono::microseconds(100)) {
    std::thread::id ran_on;
    std::atomic<bool> done = false;
    loop().borrow(
        [&, takes] {
          ran_on = std::this_thread::get_id();
          CHECK(loop().runs_here());
          ++calls_;
          answers_.push_back(loop()
                                 .after(takes)
                                 .then([&] {
                                   --calls_;
                                   done = true;
                                   done.notify_all();
                                 })
                                 .eagerlyEvaluate(nullptr));
        },
        [&] { return done.load(); });
    done.wait(false);
    return ran_on;
  }
  /// Calls until this thread runs the loop.
  void borrow() {
    while (call() != std::this_thread::get_id()) {
    }
  }

 private:
  std::thread::id own_thread_;
  std::size_t calls_ = 0;  // the loop's, whoever runs it
  std::size_t posts_pending_;
  std::vector<kj::Promise<void>> answers_;
  net::LoopThread thread_{"test-lender"};
};

}  // namespace

TEST_CASE("borrow: calls that come one at a time come to run the loop themselves, on whatever thread") {
  Lender lender;
  CHECK(lender.call() != std::this_thread::get_id());  // the first does not know yet
  lender.borrow();
  CHECK_FALSE(lender.loop().runs_here());
  for (int i = 0; i < 100; ++i) CHECK(lender.call() == std::this_thread::get_id());
  std::thread([&lender] { CHECK(lender.call() == std::this_thread::get_id()); }).join();
}

TEST_CASE("borrow: a loop that is not to be lent, or not quiet, is run by its own thread") {
  Lender busy(1);
  for (int i = 0; i < 20; ++i) CHECK(busy.call() != std::this_thread::get_id());
  net::LoopThread never("test-never");
  std::atomic<bool> done = false;
  std::thread::id ran_on;
  for (int i = 0; i < 20; ++i) {
    done = false;
    never.loop().borrow(
        [&] {
          ran_on = std::this_thread::get_id();
          done = true;
          done.notify_all();
        },
        [&] { return done.load(); });
    done.wait(false);
    CHECK(ran_on != std::this_thread::get_id());
  }
}

TEST_CASE("borrow: what is posted while a call waits is run by the loop's own thread, and the call still ends") {
  Lender lender;
  lender.borrow();
  std::atomic<bool> answered = false;
  std::latch begun(1);
  std::thread poster([&] {
    begun.wait();
    lender.loop().post([&] {
      CHECK(lender.is_own_thread());
      answered = true;
      answered.notify_all();
    });
  });
  bool ran_here = false;
  lender.loop().borrow(
      [&] {
        ran_here = lender.loop().runs_here() && !lender.is_own_thread();
        begun.count_down();
      },
      [&] { return answered.load(); });
  answered.wait(false);
  poster.join();
  CHECK(ran_here);
  CHECK(lender.call() != std::this_thread::get_id());  // it was wanted back, so it starts to count anew
}

TEST_CASE("borrow: what is posted while nobody runs the loop is run, in order") {
  Lender lender;
  for (int round = 0; round < 50; ++round) {
    lender.borrow();
    std::vector<int> seen;
    std::latch done(1);
    for (int i = 0; i < 3; ++i) lender.loop().post([&seen, i] { seen.push_back(i); });
    lender.loop().post([&] {
      CHECK(lender.is_own_thread());
      done.count_down();
    });
    done.wait();
    CHECK(seen == std::vector<int>{0, 1, 2});
  }
}

TEST_CASE("borrow: a loop that is lent and not used goes back, and does what has come meanwhile") {
  Ends ends;
  kj::Own<kj::AsyncIoStream> stream;
  kj::Promise<void> reading = nullptr;
  char byte = 0;
  std::atomic<bool> read = false;
  Lender lender;
  lender.loop().post([&] {
    stream = ends.stream(lender.loop());
    reading = stream->read(&byte, 1)
                  .then([&] {
                    CHECK(lender.is_own_thread());
                    read = true;
                    read.notify_all();
                  })
                  .eagerlyEvaluate(nullptr);
    lender.loop().before_end([&] {
      reading = nullptr;
      stream = nullptr;
    });
  });
  lender.borrow();
  REQUIRE(::write(ends.far, "x", 1) == 1);
  read.wait(false);  // nobody calls, nobody posts
  CHECK(byte == 'x');
}

TEST_CASE("borrow: not on a thread that runs a loop already, ours or KJ's own") {
  Lender first;
  Lender second;
  first.borrow();
  second.borrow();
  std::thread::id nested;
  bool done = false;
  first.loop().borrow(
      [&] {
        nested = second.call();
        done = true;
      },
      [&] { return done; });
  CHECK(done);
  CHECK(nested != std::this_thread::get_id());
  second.borrow();
  {
    const auto io = kj::setupAsyncIo();
    CHECK(second.call() != std::this_thread::get_id());
  }
}

TEST_CASE("borrow: stop() ends a loop that is lent, and one whose borrower waits") {
  {
    Lender lent;
    lent.borrow();
  }
  auto lender = std::make_unique<Lender>();
  lender->borrow();
  std::latch waits(1);
  std::thread borrower([&] { lender->loop().borrow([&] { waits.count_down(); }, [] { return false; }); });
  waits.wait();
  lender->loop().stop();
  borrower.join();
  lender.reset();
}

TEST_CASE("borrow: callers and posters of many threads all get what is theirs, each post once and in its order") {
  std::mt19937_64 random(test_seed());
  Lender lender;
  constexpr int kThreads = 4;
  std::vector<int> last(kThreads, -1);  // the loop's
  std::atomic<int> calls = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number, seed = random()] {
      std::mt19937_64 mine(seed);
      int posts = 0;
      for (int i = 0; i < 1000; ++i) {
        // Long runs of calls, so that the loop is lent, cut by a post now and then.
        if (mine() % 64 == 0) {
          lender.loop().post([&last, number, post = posts++] {
            CHECK(std::exchange(last[static_cast<std::size_t>(number)], post) == post - 1);
          });
        } else if (number < 2 || mine() % 64 == 0) {
          static_cast<void>(lender.call(std::chrono::microseconds(mine() % 50)));
          ++calls;
        }
      }
      std::latch done(1);
      lender.loop().post([&, posts] {
        CHECK(last[static_cast<std::size_t>(number)] == posts - 1);
        done.count_down();
      });
      done.wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(calls > 1500);
}
