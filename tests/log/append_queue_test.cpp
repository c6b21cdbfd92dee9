// The queue between appending threads and the sequencer: order, bounds, deadlines, and no lost wake-up.
#include <algorithm>
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "log/append_queue.h"

using namespace daybook;

namespace {

constexpr std::size_t kBytesMax = 64 * 1024 * 1024;

RequestPtr request_of(const std::string& stream, std::size_t data_bytes = 0) {
  Commit commit{.events = {{.stream = stream, .type = "T", .data = std::string(data_bytes, 'x')}}};
  auto request = std::make_shared<AppendRequest>(std::move(commit), std::vector<EventId>(1));
  request->deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  return request;
}

std::string stream_of(const RequestPtr& request) {
  return std::string(request->streams.front().term.text);
}

}  // namespace

TEST_CASE("append queue: requests are taken in the order in which they came, as many as fit the bytes asked for") {
  AppendQueue queue(100, kBytesMax);
  const std::size_t bytes = request_of("0")->bytes;
  for (int i = 0; i < 10; ++i) REQUIRE(queue.try_push(request_of(std::to_string(i))));
  const auto three = queue.take(3 * bytes + bytes / 2);
  REQUIRE(three.size() == 3);
  for (int i = 0; i < 3; ++i) CHECK(stream_of(three[static_cast<std::size_t>(i)]) == std::to_string(i));
  const auto one = queue.take(1);  // at least one, however large
  REQUIRE(one.size() == 1);
  CHECK(stream_of(one.front()) == "3");
  const auto rest = queue.take(kBytesMax);
  REQUIRE(rest.size() == 6);
  CHECK(stream_of(rest.back()) == "9");
  CHECK(queue.take(kBytesMax).empty());
}

TEST_CASE("append queue: at either bound it is busy, and has room again when an appender was told, not before") {
  AppendQueue by_count(2, kBytesMax);
  REQUIRE(by_count.try_push(request_of("a")));
  REQUIRE(by_count.try_push(request_of("b")));
  const auto full = by_count.try_push(request_of("c"));
  REQUIRE(!full);
  CHECK(full.error().code == Code::busy);
  CHECK(full.error().outcome == Outcome::not_appended);
  const auto taken = by_count.take(1);
  REQUIRE(taken.size() == 1);
  CHECK(!by_count.try_push(request_of("c")));  // what is on its way counts, not only what waits
  by_count.release(*taken.front());
  CHECK(by_count.try_push(request_of("c")));

  const std::size_t bytes = request_of("a", 1000)->bytes;
  AppendQueue by_bytes(100, 2 * bytes);
  REQUIRE(by_bytes.try_push(request_of("a", 1000)));
  REQUIRE(by_bytes.try_push(request_of("b", 1000)));
  CHECK(!by_bytes.try_push(request_of("c")));
  for (const RequestPtr& request : by_bytes.take(kBytesMax)) by_bytes.release(*request);
  CHECK(by_bytes.try_push(request_of("c", 1000)));
  CHECK(by_bytes.try_push(request_of("d", 1000)));  // all of the room came back
  CHECK(!by_bytes.try_push(request_of("e")));
}

TEST_CASE("append queue: one that is alone fits, however large") {
  AppendQueue queue(1, 10);
  REQUIRE(queue.try_push(request_of("a", 1000)));
  CHECK(!queue.try_push(request_of("b")));
  queue.release(*queue.take(1).front());
  CHECK(queue.try_push(request_of("b", 1000)));
}

TEST_CASE("append queue: what a request counts for covers its data, its names and its conditions") {
  const std::size_t plain = request_of("s")->bytes;
  CHECK(request_of("s", 100'000)->bytes >= plain + 100'000);
  Commit commit{.events = {{.stream = "s", .type = "T", .tags = std::vector<std::string>(64, std::string(256, 't'))}}};
  CHECK(AppendRequest(std::move(commit), std::vector<EventId>(1)).bytes >= plain + std::size_t{64} * 256);

  Commit conditional{.events = {{.stream = "s", .type = "T"}}};
  const QueryItem wide{.tags = std::vector<std::string>(256, std::string(256, 't'))};
  conditional.fail_if_match.assign(10, {.query = {.items = {wide}}});
  CHECK(AppendRequest(std::move(conditional), std::vector<EventId>(1)).bytes >= plain + std::size_t{10} * 256 * 256);
}

TEST_CASE("append queue: a push that waits gives up at its deadline, and goes on when there is room") {
  AppendQueue queue(1, kBytesMax);
  REQUIRE(queue.try_push(request_of("a")));
  auto late = request_of("b");
  late->deadline = std::chrono::steady_clock::now();
  const auto pushed = queue.push(late);
  REQUIRE(!pushed);
  CHECK(pushed.error().code == Code::timeout);
  CHECK(pushed.error().outcome == Outcome::not_appended);

  std::thread waiting([&] { CHECK(queue.push(request_of("c"))); });
  queue.release(*queue.take(1).front());
  waiting.join();
  CHECK(stream_of(queue.take(1).front()) == "c");
}

TEST_CASE("append queue: after close nothing is taken in, waiting pushes say closed, and what waits can be taken") {
  AppendQueue queue(1, kBytesMax);
  REQUIRE(queue.try_push(request_of("a")));
  std::thread waiting([&] {
    const auto pushed = queue.push(request_of("b"));
    CHECK(!pushed);
    CHECK(pushed.error().code == Code::closed);
    CHECK(pushed.error().outcome == Outcome::not_appended);
  });
  queue.close();
  waiting.join();
  CHECK(queue.try_push(request_of("c")).error().code == Code::closed);
  CHECK(!queue.closed_and_empty());
  queue.wait();  // returns at once
  CHECK(queue.take(kBytesMax).size() == 1);
  CHECK(queue.closed_and_empty());
}

TEST_CASE("append queue: wake makes one wait return, also when it came first") {
  AppendQueue queue(1, kBytesMax);
  queue.wake();
  queue.wait();
  std::atomic<bool> returned{false};
  std::thread waiting([&] {
    queue.wait();
    returned = true;
  });
  CHECK(!returned);
  queue.wake();
  waiting.join();
}

TEST_CASE(
    "append queue: many threads push through a small queue, and each request is taken once, in its thread's order") {
  constexpr int kThreads = 8;
  constexpr int kEach = 2000;
  AppendQueue queue(16, kBytesMax);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&queue, t] {
      for (int i = 0; i < kEach; ++i) CHECK(queue.push(request_of(std::to_string(t) + "/" + std::to_string(i))));
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int taken = 0; taken < kThreads * kEach;) {
    queue.wait();
    for (const RequestPtr& request : queue.take(100'000)) {
      const std::string stream = stream_of(request);
      const std::size_t slash = stream.find('/');
      const auto thread = static_cast<std::size_t>(std::stoi(stream.substr(0, slash)));
      CHECK(std::stoi(stream.substr(slash + 1)) == next[thread]++);
      queue.release(*request);
      ++taken;
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(std::ranges::all_of(next, [](int count) { return count == kEach; }));
  queue.close();
  CHECK(queue.closed_and_empty());
}
