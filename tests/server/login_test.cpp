// The way in: who has not logged in gets nothing, and not for long; the bounds of a connection before and after.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/server/raw_client.h"
#include "tests/server/served_log.h"

using namespace daybook;
using namespace daybook::test;

TEST_CASE("server login: over a Unix socket and over TCP the log is the one that is served") {
  ServedLog served;
  served.fill(3);
  for (const std::string& address : served.server().addresses()) {
    RawClient client(address);
    client.enter();
    const auto head = client.call<std::uint64_t>([&] {
      return client.log().headRequest().send().then(
          [](capnp::Response<rpc::Log::HeadResults> results) { return results.getHead(); });
    });
    CHECK(head == 3);
  }
}

TEST_CASE("server login: the answer names the version that both speak, and a version of none is refused") {
  ServedLog served;
  RawClient client(served.unix_address());
  const auto refused = client.login("old", 0);
  REQUIRE(refused);
  CHECK(refused->code == Code::unsupported);
  const auto version = client.call<std::uint32_t>([&] {
    auto request = client.daybook().loginRequest();
    request.setClient("newer");
    request.setVersion(7);
    return request.send().then(
        [](capnp::Response<rpc::Daybook::LoginResults> results) { return results.getVersion(); });
  });
  CHECK(version == rpc::PROTOCOL_VERSION);
}

TEST_CASE("server login: a client's name has 1 to 256 bytes, and one connection logs in once") {
  ServedLog served;
  RawClient client(served.unix_address());
  CHECK(client.login("", 1)->code == Code::invalid);
  CHECK(client.login("a\nb", 1)->code == Code::invalid);
  CHECK(client.login(std::string(257, 'x'), 1)->code == Code::too_large);
  CHECK(!client.login(std::string(256, 'x'), 1));
  CHECK(client.login("again", 1)->code == Code::invalid);
}

TEST_CASE("server login: everything up to the first append can be sent before the login is answered") {
  ServedLog served;
  RawClient client(served.tcp_address());
  const auto head = client.call<std::uint64_t>([&] {
    auto login = client.daybook().loginRequest();
    login.setClient("hasty");
    login.setVersion(1);
    auto logged_in = login.send();
    auto opened = logged_in.getSession().openLogRequest().send();
    auto append = opened.getLog().appendRequest();
    auto event = append.initCommit().initEvents(1)[0];
    event.setStream("s");
    event.setType("T");
    append.setTimeout(1'000'000'000);
    return append.send().then(
        [](capnp::Response<rpc::Log::AppendResults> results) { return results.getAppended().getLast(); });
  });
  CHECK(head == 1);
}

TEST_CASE("server login: a message over the bound of strangers ends the connection") {
  ServedLog served;
  RawClient client(served.unix_address());
  const std::string long_name(100'000, 'x');
  auto sent = client.call<bool>([&]() -> kj::Promise<bool> {
    auto request = client.daybook().loginRequest();
    request.setClient(long_name.c_str());
    return request.send().then([](auto&&) { return false; }, [](const kj::Exception&) { return true; });
  });
  CHECK(sent);
  static_cast<void>(client.await_closed());
  served.await_statistics([](const ServerStatistics& now) { return now.refused == 1 && now.connections == 0; });
}

TEST_CASE("server login: who does not log in is sent away") {
  ServedLog served([](ServerOptions& options) { options.handshake_timeout = std::chrono::milliseconds(50); });
  RawClient stranger(served.tcp_address());
  static_cast<void>(stranger.await_closed());
  served.await_statistics([](const ServerStatistics& now) { return now.connections == 0; });
}

TEST_CASE("server login: a connection that holds a subscription is never idle, another one is") {
  ServedLog served([](ServerOptions& options) { options.idle_timeout = std::chrono::milliseconds(100); });
  RawClient quiet(served.tcp_address());
  RawClient follower(served.tcp_address());
  quiet.enter();
  follower.enter();
  const auto told = follower.subscribe({.from = FromHead{}});
  REQUIRE(told);
  static_cast<void>((*told)->await_first(Told::Step::Kind::caught_up));
  static_cast<void>(quiet.await_closed());
  served.fill(1);
  CHECK((*told)->await_events(1) == std::vector<std::uint64_t>{1});
}

TEST_CASE("server login: beyond connections_max a new connection is closed, and the others are served") {
  ServedLog served([](ServerOptions& options) { options.connections_max = 2; });
  RawClient first(served.tcp_address());
  RawClient second(served.tcp_address());
  first.enter();
  second.enter();
  RawClient third(served.tcp_address());
  static_cast<void>(third.await_closed());
  served.await_statistics([](const ServerStatistics& now) { return now.refused == 1 && now.connections == 2; });
  CHECK(first.append({.events = {{.stream = "s", .type = "T"}}}));
  CHECK(second.append({.events = {{.stream = "s", .type = "T"}}}));
}
