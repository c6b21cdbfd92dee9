// Appending under bounds: asynchronous completions, a full queue, deadlines, outcomes, closing.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "tests/log/log_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// Lets a completion hold up the completion thread until it is opened.
class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    bell_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    bell_.wait(lock, [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable bell_;
  bool open_ = false;
};

/// A clock whose steady time a test moves.
class ManualClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp(std::chrono::nanoseconds(wall_ns.load())); }
  std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now() + std::chrono::nanoseconds(ahead_ns.load());
  }
  std::atomic<std::int64_t> wall_ns{1'000'000'000'000};
  std::atomic<std::int64_t> ahead_ns{0};
};

Commit one(const std::string& stream) {
  return {.events = {{.stream = stream, .type = "T"}}};
}

}  // namespace

TEST_CASE("append: thousands of asynchronous commits complete once each, in order") {
  LogFixture log(true);
  constexpr std::uint64_t kCommits = 10'000;
  std::vector<std::uint64_t> firsts;
  std::atomic<std::uint64_t> done{0};
  for (std::uint64_t i = 0; i < kCommits;) {
    const auto queued = log->append_async(one("s-" + std::to_string(i % 10)), [&](Result<Appended> result) {
      firsts.push_back(result.value().first.value());
      done.fetch_add(1);
      done.notify_one();
    });
    if (queued) {
      ++i;
    } else {
      REQUIRE(queued.error().code == Code::busy);
      REQUIRE(queued.error().outcome == Outcome::not_appended);
    }
  }
  log.close();
  REQUIRE(firsts.size() == kCommits);
  for (std::uint64_t i = 0; i < kCommits; ++i) REQUIRE(firsts[i] == i + 1);
}

TEST_CASE("append: close waits for every completion, and later appends say closed and not appended") {
  LogFixture log(true);
  std::atomic<int> completed{0};
  for (int i = 0; i < 100; ++i) {
    REQUIRE(log->append_async(one("a"), [&](const Result<Appended>& result) { completed += result.has_value(); }));
  }
  REQUIRE(log->close());
  CHECK(completed == 100);
  const auto late = log->append(one("a"));
  REQUIRE(!late);
  CHECK(late.error().code == Code::closed);
  CHECK(late.error().outcome == Outcome::not_appended);
  CHECK(log->read().error().code == Code::closed);
}

TEST_CASE("append: a brief completion spares the completion thread, but runs behind every one that came before") {
  LogFixture log(true);
  const auto append = [&](AppendOptions options, std::function<void()> then) {
    REQUIRE(log->append_async(
        one("a"),
        [then = std::move(then)](const Result<Appended>& result) {
          if (result) then();
        },
        options));
  };
  std::promise<std::thread::id> brief;
  append({.brief_completion = true}, [&] { brief.set_value(std::this_thread::get_id()); });
  const auto sequencer = brief.get_future().get();

  Gate gate;
  std::promise<std::thread::id> slow;
  std::promise<void> begun;
  std::vector<int> order;
  append({}, [&] {
    begun.set_value();
    gate.pass();
    order.push_back(0);
    slow.set_value(std::this_thread::get_id());
  });
  begun.get_future().wait();
  append({.brief_completion = true}, [&] { order.push_back(1); });
  REQUIRE(log->append(one("a")));  // The sequencer is past it, and has told nobody.
  gate.open();
  CHECK(slow.get_future().get() != sequencer);
  append({}, [&] { order.push_back(2); });
  append({.brief_completion = true}, [&] { order.push_back(3); });
  log.close();
  CHECK(order == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE("append: a deadline that passed before the sequencer took the commit is a timeout and not appended") {
  ManualClock clock;
  LogFixture log(true, [&](Options& options) { options.clock = &clock; });
  const auto late = log->append(one("a"), {.timeout = std::chrono::nanoseconds(0)});
  REQUIRE(!late);
  CHECK(late.error().code == Code::timeout);
  CHECK(late.error().outcome == Outcome::not_appended);
  CHECK(log->append(one("a")).value().first == Sequence(1));
}

TEST_CASE("append: an asynchronous commit whose deadline passed in the queue completes with timeout, not appended") {
  LogFixture log(true);
  std::optional<Error> told;
  REQUIRE(log->append_async(one("a"), [&](Result<Appended> result) { told = result.error(); },
                            {.timeout = std::chrono::nanoseconds(0)}));
  log.close();
  REQUIRE(told);
  CHECK(told->code == Code::timeout);
  CHECK(told->outcome == Outcome::not_appended);
}

TEST_CASE("append: a full queue says busy to the asynchronous form and lets the blocking one wait to its deadline") {
  // The tail is full and the completion thread is held up, so that nothing leaves the queue until the gate opens.
  LogFixture log(true, [](Options& options) {
    options.queue_commits_max = 2;
    options.group_bytes_max = 64 * 1024;
  });
  Gate gate;
  std::atomic<int> completed{0};
  int busy = 0;
  for (int i = 0; i < 200'000 && busy == 0; ++i) {
    const auto queued = log->append_async(one("a"), [&](const Result<Appended>&) {
      gate.pass();
      ++completed;
    });
    if (queued) continue;
    CHECK(queued.error().code == Code::busy);
    CHECK(queued.error().outcome == Outcome::not_appended);
    ++busy;
  }
  gate.open();
  CHECK(log->append(one("b")).has_value());
  if (busy == 0) MESSAGE("the sequencer kept up with 200,000 commits; busy was not met");
}

TEST_CASE("append: recorded time never goes back with the clock") {
  ManualClock clock;
  LogFixture log(true, [&](Options& options) { options.clock = &clock; });
  log.append("a", "T", "1");
  clock.wall_ns -= 5'000'000;
  log.append("a", "T", "2");
  clock.wall_ns += 50'000'000;
  log.append("a", "T", "3");
  const auto events = log.events({});
  CHECK(events[0].view().recorded_at() == events[1].view().recorded_at());
  CHECK(events[2].view().recorded_at() > events[1].view().recorded_at());
  CHECK(log->first_at(events[0].view().recorded_at()).value() == Sequence(1));
  CHECK(log->first_at(events[2].view().recorded_at()).value() == Sequence(3));
  CHECK(log->first_at(events[2].view().recorded_at() + std::chrono::seconds(1)).value() == Sequence(4));
}

TEST_CASE("append: a commit to several streams is one block's events, with each stream's versions") {
  LogFixture log(true);
  Commit commit;
  for (int i = 0; i < 6; ++i) commit.events.push_back({.stream = i % 2 ? "odd" : "even", .type = "T"});
  const auto appended = log->append(commit).value();
  CHECK(appended.first == Sequence(1));
  CHECK(appended.last == Sequence(6));
  CHECK(appended.versions.at("odd") == Version(3));
  CHECK(appended.versions.at("even") == Version(3));
  CHECK(log->sequence_of("odd", Version(2)).value() == Sequence(4));
  CHECK(log->stream_head("even").value().last_sequence == Sequence(5));
  CHECK(log->sequence_of("odd", Version(4)).error().code == Code::not_found);
}

TEST_CASE("append: an event keeps every field that its producer gave, and a given id twice is no error") {
  LogFixture log(false);
  Event event{.stream = "s", .type = "T", .data = std::string("\0binary\xff", 8)};
  event.tags = {"one", "two", "one"};
  event.content_type = "application/octet-stream";
  event.id = Uuid{{9, 9, 9}};
  event.occurred_at = Timestamp(std::chrono::nanoseconds(-5));
  event.correlation_id = Uuid{{1}};
  event.causation_id = Uuid{{2}};
  event.traceparent = "";
  event.headers = {{"name", "value"}, {"name", ""}};
  REQUIRE(log->append({.events = {event, event}}));
  log.reopen();
  for (const PinnedEvent& pinned : log.events({})) {
    const Event back = pinned.view().to_event();
    CHECK(back.data == event.data);
    CHECK(back.tags == event.tags);
    CHECK(back.content_type == event.content_type);
    CHECK(back.id == event.id);
    CHECK(back.occurred_at == event.occurred_at);
    CHECK(back.correlation_id == event.correlation_id);
    CHECK(back.causation_id == event.causation_id);
    CHECK(back.traceparent == event.traceparent);
    CHECK(back.headers == event.headers);
  }
  CHECK(log.sequences({.query = {{{.tags = {"one"}}}}}) == std::vector<std::uint64_t>{1, 2});
  CHECK(log->verify().value().clean());
}
