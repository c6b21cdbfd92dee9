// The server as a whole: how it begins, how it ends, and what its options take.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "net/wire_commit.h"
#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"

using namespace daybook;
using namespace daybook::test;

using Kind = Told::Step::Kind;

namespace {

void refused(const std::function<void(ServerOptions&)>& change, const std::string& name) {
  ServerOptions options;
  change(options);
  const auto checked = options.check();
  REQUIRE(!checked);
  CHECK(checked.error().code == Code::invalid);
  CHECK(checked.error().message.find(name) != std::string::npos);
}

}  // namespace

TEST_CASE("server: each option holds at both of its bounds and is invalid beyond them") {
  struct Count {
    std::size_t ServerOptions::* member;
    const char* name;
    std::size_t min;
    std::size_t max;
  };
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  const std::vector<Count> counts = {
      {&ServerOptions::network_threads, "network_threads", 1, 64},
      {&ServerOptions::reader_threads, "reader_threads", 1, 64},
      {&ServerOptions::connections_max, "connections_max", 1, kMiB},
      {&ServerOptions::calls_max, "calls_max", 1, kMiB / 16},
      {&ServerOptions::message_bytes_max, "message_bytes_max", kMiB, 64 * kMiB},
      {&ServerOptions::login_message_bytes_max, "login_message_bytes_max", 1024, kMiB},
      {&ServerOptions::outbox_bytes_max, "outbox_bytes_max", kMiB / 16, 1024 * kMiB},
      {&ServerOptions::appends_bytes_max, "appends_bytes_max", 16 * kMiB, 16 * 1024 * kMiB},
  };
  for (const Count& count : counts) {
    ServerOptions options;
    options.*count.member = count.min;
    CHECK(options.check());
    options.*count.member = count.max;
    CHECK(options.check());
    refused([&](ServerOptions& given) { given.*count.member = count.min - 1; }, count.name);
    refused([&](ServerOptions& given) { given.*count.member = count.max + 1; }, count.name);
  }
  refused([](ServerOptions& options) { options.idle_timeout = std::chrono::hours(25); }, "idle_timeout");
  refused([](ServerOptions& options) { options.message_timeout = std::chrono::nanoseconds(0); }, "message_timeout");
  refused([](ServerOptions& options) { options.drain_timeout = std::chrono::nanoseconds(-1); }, "drain_timeout");
}

TEST_CASE("server: without insecure only addresses of this machine are taken") {
  for (const std::string local : {"127.0.0.1:0", "[::1]:0", "localhost:1", "unix:socket"}) {
    ServerOptions options;
    options.listen = {local};
    CHECK(options.check());
  }
  for (const std::string open : {"0.0.0.0:4290", "[::]:4290", "192.0.2.1:4290"}) {
    refused([&](ServerOptions& options) { options.listen = {open}; }, open);
    ServerOptions options;
    options.listen = {open};
    options.insecure = true;
    CHECK(options.check());
  }
  refused([](ServerOptions& options) { options.listen = {}; }, "listen");
  refused([](ServerOptions& options) { options.listen.assign(17, "127.0.0.1:0"); }, "listen");
  refused([](ServerOptions& options) { options.listen = {"nonsense"}; }, "nonsense");
}

TEST_CASE("server: an address that is taken is an error, and what had begun is undone") {
  ServedLog served;
  ServerOptions options;
  options.listen = {"127.0.0.1:0", served.tcp_address()};
  const auto second = Server::start(served.log(), options);
  REQUIRE(!second);
  CHECK(second.error().message.find(served.tcp_address()) != std::string::npos);
}

TEST_CASE(
    "server: stop() tells subscribers, closes connections, and leaves a log that can be closed and served again") {
  ServedLog served;
  served.fill(3);
  RawClient client(served.tcp_address());
  client.enter();
  const auto told = client.subscribe({.from = Sequence(1)});
  REQUIRE(told);
  static_cast<void>((*told)->await_first(Kind::caught_up));
  served.server().stop();
  const auto ended = (*told)->await_first(Kind::ended);
  REQUIRE(ended.ended);
  CHECK(ended.ended->code == Code::closed);
  static_cast<void>(client.await_closed());
  CHECK(served.server().statistics().connections == 0);
  CHECK(served.server().statistics().subscriptions == 0);
  served.server().stop();
  served.close();
  served.open();
  RawClient again(served.tcp_address());
  again.enter();
  CHECK(again.append({.events = {{.stream = "s", .type = "T"}}})->first == Sequence(4));
}

TEST_CASE("server: stop() lets appends that were taken be judged, and their answers arrive") {
  ServedLog served({}, [](Options& options) { options.queue_commits_max = 1; });
  RawClient client(served.tcp_address());
  client.enter();
  std::vector<Result<Appended>> results;
  std::thread caller(
      [&] { results = client.append_many(std::vector<Commit>(500, {.events = {{.stream = "s", .type = "T"}}})); });
  const auto until = std::chrono::steady_clock::now() + kSoon;
  while (served->head() == Sequence(0) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  served.server().stop();
  caller.join();
  REQUIRE(results.size() == 500);
  for (const auto& result : results) CHECK(result);
  CHECK(served->head() == Sequence(500));
}

TEST_CASE("server: while it is stopped a client's calls fail, and a slow subscriber does not keep it") {
  ServedLog served([](ServerOptions& options) { options.drain_timeout = std::chrono::milliseconds(100); });
  RawClient client(served.tcp_address());
  client.enter();
  const auto told = client.subscribe({.from = Sequence(1)});
  REQUIRE(told);
  static_cast<void>((*told)->await_first(Told::Step::Kind::caught_up));
  (*told)->hold();
  Commit commit;
  commit.events.assign(100, {.stream = "s", .type = "T", .data = std::string(500, 'x')});
  for (int i = 0; i < 100; ++i) REQUIRE(served->append(commit));
  static_cast<void>((*told)->await_events(1));
  served.server().stop();
  CHECK(served.server().statistics().connections == 0);
  (*told)->let_go();
}

TEST_CASE("server: the calls that were answered are counted") {
  ServedLog served;
  RawClient client(served.unix_address());
  client.enter();
  const std::uint64_t before = served.server().statistics().calls;
  for (int i = 0; i < 5; ++i) REQUIRE(client.append({.events = {{.stream = "s", .type = "T"}}}));
  CHECK(served.server().statistics().calls >= before + 5);
  CHECK(served.server().statistics().connections == 1);
}
