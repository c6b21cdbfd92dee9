// Appends over a line that breaks and to a server that says all it may: nothing is lost, nothing is there twice, and
// where it is not known what became of one, that is said.
#include <future>
#include <semaphore>
#include <thread>

#include <doctest/doctest.h>

#include "daybook/client.h"
#include "tests/client/fake_server.h"

using namespace daybook;
using namespace daybook::test;

namespace {

ClientOptions quick() {
  return {.backoff_first = std::chrono::milliseconds(1), .backoff_last = std::chrono::milliseconds(10), .seed = 7};
}

std::unique_ptr<Log> connected(const FakeServer& server, const ClientOptions& options = quick()) {
  auto log = connect(server.address(), options);
  if (!log) FAIL(to_string(log.error()));
  return std::move(*log);
}

Commit commit_of(const std::string& stream, std::size_t data_bytes = 2) {
  return {.events = {{.stream = stream, .type = "t", .data = std::string(data_bytes, 'x')}}};
}

/// Answers to asynchronous appends, in the order in which they came.
class Answers {
 public:
  Completion next(std::string name) {
    return [this, name = std::move(name)](Result<Appended> result) {
      const Lock lock(mutex_);
      results_.emplace_back(name, std::move(result));
      bell_.notify_all();
    };
  }
  std::vector<std::pair<std::string, Result<Appended>>> await(std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + kSoon;
    Lock lock(mutex_);
    while (results_.size() < count) REQUIRE(bell_.wait_until(lock, until));
    return results_;
  }

 private:
  Mutex mutex_;
  Bell bell_;
  std::vector<std::pair<std::string, Result<Appended>>> results_ DAYBOOK_GUARDED_BY(mutex_);
};

void check_error(const Result<Appended>& result, Code code, Outcome outcome) {
  REQUIRE_FALSE(result);
  CHECK(to_string(result.error().code) == to_string(code));
  CHECK(to_string(result.error().outcome) == to_string(outcome));
}

}  // namespace

TEST_CASE("client append: what the log says is what the caller gets") {
  FakeServer server;
  const auto log = connected(server);
  const auto appended = log->append(commit_of("s"));
  REQUIRE(appended);
  CHECK(appended->first == Sequence(1));
  CHECK(log->head() == Sequence(1));
  server.judge([](const Commit&) -> Result<Appended> {
    return std::unexpected(Error{.code = Code::conflict,
                                 .outcome = Outcome::not_appended,
                                 .message = "no",
                                 .conflict = Conflict{.stream = "s", .actual = Version(4)}});
  });
  const auto refused = log->append(commit_of("s"));
  check_error(refused, Code::conflict, Outcome::not_appended);
  CHECK(refused.error().conflict->actual == Version(4));
}

TEST_CASE("client append: what was sent and not answered goes out again with the same key, in the same order") {
  FakeServer server;
  const auto log = connected(server);
  Answers answers;
  server.hold();
  constexpr std::size_t kCommits = 50;
  for (std::size_t i = 0; i < kCommits; ++i) {
    REQUIRE(log->append_async(commit_of(std::to_string(i)), answers.next(std::to_string(i))));
  }
  const auto first = server.await_commits(1);
  server.cut();
  server.let_go();
  const auto results = answers.await(kCommits);
  for (std::size_t i = 0; i < kCommits; ++i) {
    CHECK(results[i].first == std::to_string(i));
    REQUIRE(results[i].second);
    CHECK(results[i].second->first == Sequence(i + 1));
    CHECK_FALSE(results[i].second->repeated);
  }
  const auto seen = server.await_commits(kCommits + 1);
  CHECK(seen[0].connection == 1);
  CHECK(seen[0].new_key);
  std::size_t next = 0;
  for (const Seen& one : seen) {
    if (one.connection != 2) continue;
    CHECK(one.commit.events[0].stream == std::to_string(next));
    if (next == 0) {
      CHECK(one.commit.key == first[0].commit.key);
      CHECK_FALSE(one.new_key);  // it may have been appended under it
    }
    ++next;
  }
  CHECK(next == kCommits);
}

TEST_CASE("client append: a repeat is told to whoever gave the key, and only to them") {
  FakeServer server;
  const auto log = connected(server);
  Commit own = commit_of("own");
  own.key.emplace().bytes.fill(9);
  const auto first = log->append(own);
  REQUIRE(first);
  CHECK_FALSE(first->repeated);
  const auto again = log->append(own);
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->first == first->first);
  for (const Seen& one : server.await_commits(2)) CHECK_FALSE(one.new_key);
  own.key->bytes.fill(8);
  REQUIRE(log->append(own, {.new_key = true}));
  CHECK(server.await_commits(3).back().new_key);

  // Appended under the key that the client made, and only the second sending is answered.
  Answers answers;
  server.judge([&](const Commit&) -> std::optional<Result<Appended>> {
    return Appended{.first = Sequence(2), .last = Sequence(2), .versions = {}, .repeated = true};
  });
  REQUIRE(log->append_async(commit_of("made"), answers.next("made")));
  const auto made = answers.await(1);
  REQUIRE(made[0].second);
  CHECK_FALSE(made[0].second->repeated);
}

TEST_CASE("client append: a server that is busy or about to go is asked again") {
  for (const Code code : {Code::busy, Code::closed}) {
    FakeServer server;
    const auto log = connected(server);
    std::atomic<int> refusals = 3;
    server.judge([&](const Commit&) -> std::optional<Result<Appended>> {
      if (refusals-- > 0) return fail(code, "later", Outcome::not_appended);
      return std::nullopt;
    });
    const auto appended = log->append(commit_of("s"));
    REQUIRE(appended);
    CHECK(appended->first == Sequence(1));
    CHECK(server.await_commits(4).size() == 4);
  }
}

TEST_CASE("client append: a timeout says not appended where it was never sent, otherwise that it may have been") {
  FakeServer server;
  const auto log = connected(server);
  const AppendOptions soon{.timeout = std::chrono::milliseconds(30)};
  server.hold();
  check_error(log->append(commit_of("sent"), soon), Code::timeout, Outcome::may_have_been_appended);
  server.refuse(true);
  server.cut();
  server.await_refused();
  check_error(log->append(commit_of("down"), soon), Code::timeout, Outcome::not_appended);

  // Sent once, and never again: it may have been appended.
  server.refuse(false);
  server.let_go();
  REQUIRE(log->append(commit_of("up")));
  server.hold();
  Answers answers;
  const std::size_t before = server.await_commits(1).size();
  REQUIRE(log->append_async(commit_of("lost"), answers.next("lost"), {.timeout = std::chrono::milliseconds(300)}));
  static_cast<void>(server.await_commits(before + 1));
  server.refuse(true);
  server.cut();
  check_error(answers.await(1)[0].second, Code::timeout, Outcome::may_have_been_appended);
}

TEST_CASE("client append: at the bound append_async is busy and append waits") {
  FakeServer server;
  ClientOptions options = quick();
  options.queue_commits_max = 4;
  const auto log = connected(server, options);
  server.hold();
  Answers answers;
  for (int i = 0; i < 4; ++i) REQUIRE(log->append_async(commit_of("s"), answers.next("")));
  const auto refused = log->append_async(commit_of("s"), answers.next("never"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::busy);
  CHECK(refused.error().outcome == Outcome::not_appended);
  check_error(log->append(commit_of("s"), {.timeout = std::chrono::milliseconds(20)}), Code::timeout,
              Outcome::not_appended);
  auto waiting = std::async(std::launch::async, [&] { return log->append(commit_of("waits")); });
  server.let_go();
  CHECK(waiting.get().has_value());
  CHECK(answers.await(4).size() == 4);
}

TEST_CASE("client append: appends that come together travel together") {
  FakeServer server;
  const auto log = connected(server);
  Answers answers;
  server.hold();
  for (int i = 0; i < 1000; ++i) REQUIRE(log->append_async(commit_of("s"), answers.next("")));
  static_cast<void>(server.await_commits(1));
  server.let_go();
  CHECK(answers.await(1000).size() == 1000);
  CHECK(server.requests() < 50);
}

TEST_CASE("client append: with linger the first waits for company") {
  FakeServer server;
  ClientOptions options = quick();
  options.linger = std::chrono::milliseconds(200);
  const auto log = connected(server, options);
  Answers answers;
  for (int i = 0; i < 100; ++i) REQUIRE(log->append_async(commit_of("s"), answers.next("")));
  CHECK(answers.await(100).size() == 100);
  CHECK(server.requests() == 1);
}

TEST_CASE("client append: a request holds request_bytes_max, or one commit") {
  FakeServer server;
  ClientOptions options = quick();
  options.request_bytes_max = std::size_t{64} << 10;
  const auto log = connected(server, options);
  Answers answers;
  for (int i = 0; i < 10; ++i) REQUIRE(log->append_async(commit_of("s", 100'000), answers.next("")));
  CHECK(answers.await(10).size() == 10);
  CHECK(server.requests() == 10);
}

TEST_CASE("client append: what a log would refuse never leaves the client") {
  FakeServer server;
  const auto log = connected(server);
  check_error(log->append({}), Code::invalid, Outcome::not_appended);
  check_error(log->append(commit_of("$own")), Code::invalid, Outcome::not_appended);
  check_error(log->append(commit_of("s", (std::size_t{8} << 20) + 1)), Code::too_large, Outcome::not_appended);
  check_error(log->append(commit_of("s"), {.timeout = std::chrono::hours(2)}), Code::invalid, Outcome::not_appended);
  CHECK(server.requests() == 0);
}

TEST_CASE("client append: a completion may append, and may not wait") {
  FakeServer server;
  const auto log = connected(server);
  std::promise<std::vector<Code>> refusals;
  Answers answers;
  REQUIRE(log->append_async(commit_of("first"), [&](Result<Appended>) {
    std::vector<Code> codes;
    codes.push_back(log->append(commit_of("s")).error().code);
    codes.push_back(log->get(Sequence(1)).error().code);
    codes.push_back(log->subscribe().error().code);
    codes.push_back(log->close().error().code);
    CHECK(log->append_async(commit_of("second"), answers.next("second")));
    refusals.set_value(codes);
  }));
  CHECK(refusals.get_future().get() == std::vector(4, Code::unsupported));
  CHECK(answers.await(1)[0].second.has_value());
}

TEST_CASE("client close: waits for what is on its way; afterwards nothing completes and everything says closed") {
  FakeServer server;
  const auto log = connected(server);
  Answers answers;
  server.hold();
  for (int i = 0; i < 20; ++i) REQUIRE(log->append_async(commit_of("s"), answers.next("")));
  static_cast<void>(server.await_commits(1));
  auto closing = std::async(std::launch::async, [&] { return log->close(); });
  server.let_go();
  REQUIRE(closing.get());
  const auto results = answers.await(20);
  for (const auto& [name, result] : results) CHECK(result.has_value());
  check_error(log->append(commit_of("s")), Code::closed, Outcome::not_appended);
  CHECK(log->append_async(commit_of("s"), answers.next("never")).error().code == Code::closed);
  CHECK(log->get(Sequence(1)).error().code == Code::closed);
  CHECK(log->read().error().code == Code::closed);
  CHECK(log->subscribe().error().code == Code::closed);
  CHECK(log->statistics().error().code == Code::closed);
  CHECK(log->close());
  CHECK(answers.await(20).size() == 20);
}

TEST_CASE("client close: without a connection it does not wait, and says what is true of each append") {
  FakeServer server;
  const auto log = connected(server);
  Answers answers;
  server.hold();
  REQUIRE(log->append_async(commit_of("sent"), answers.next("sent")));
  static_cast<void>(server.await_commits(1));
  server.refuse(true);
  server.cut();
  server.await_refused();
  REQUIRE(log->append_async(commit_of("unsent"), answers.next("unsent")));
  REQUIRE(log->close());
  const auto results = answers.await(2);
  check_error(results[0].second, Code::closed, Outcome::may_have_been_appended);
  check_error(results[1].second, Code::closed, Outcome::not_appended);
}

TEST_CASE("client: a server that comes back with another log, or an older copy, is found out") {
  for (const bool other : {true, false}) {
    FakeServer server;
    const auto log = connected(server);
    for (int i = 0; i < 5; ++i) REQUIRE(log->append(commit_of("s")));
    LogId log_id;
    log_id.bytes.fill(other ? 2 : 1);
    server.set_log(log_id, Sequence(other ? 100 : 4));
    server.cut();
    const auto appended = log->append(commit_of("s"));
    REQUIRE_FALSE(appended);
    CHECK(appended.error().code == Code::diverged);
    CHECK(log->get(Sequence(1)).error().code == Code::diverged);
    CHECK(log->subscribe().error().code == Code::diverged);
  }
}
