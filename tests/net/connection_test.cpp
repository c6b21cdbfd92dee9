// One RPC connection: calls, streams, and how it ends.
#include <doctest/doctest.h>

#include "net/errors.h"
#include "tests/net/echo_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

kj::Promise<std::string> echo(Echo::Client& client, const std::string& text) {
  auto request = client.echoRequest();
  request.setText(text);
  return request.send().then(
      [](capnp::Response<Echo::EchoResults> response) { return std::string(response.getText().cStr()); });
}

kj::Promise<void> push(Echo::Client& client, std::uint32_t times, Echo::Sink::Client sink) {
  auto request = client.pushRequest();
  request.setTimes(times);
  request.setSink(kj::mv(sink));
  return request.send().ignoreResult();
}

}  // namespace

TEST_CASE("connection: calls are answered, also of a capability that is still a promise") {
  Scene scene;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto made = client.makeRequest().send().getEcho().makeRequest().send().getEcho();
          return echo(client, "one")
              .then([made](std::string text) mutable {
                CHECK(text == "one");
                return echo(made, "two");
              })
              .then([](std::string text) { CHECK(text == "two"); })
              .attach(kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: calls that are made together go out together") {
  Scene scene;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto calls = kj::heapArrayBuilder<kj::Promise<void>>(500);
          for (int i = 0; i < 500; ++i) {
            calls.add(
                echo(client, std::to_string(i)).then([i](std::string text) { CHECK(text == std::to_string(i)); }));
          }
          return kj::joinPromises(calls.finish())
              .then([&couple = *couple] {
                CHECK(couple.server().statistics().messages_sent >= 501);
                CHECK(couple.server().statistics().writes < 100);
                CHECK(couple.client.statistics().writes < 100);
              })
              .attach(kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: a stream arrives whole and in order, and never more than its window is on its way") {
  Scene scene;
  scene.make_block(4096);
  TestSink::Seen seen;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          return push(client, 500, kj::heap<TestSink>(scene, seen))
              .then([&seen, &couple = *couple] {
                CHECK(seen.done);
                CHECK(couple.server().statistics().queued_bytes == 0);
              })
              .attach(kj::mv(couple));
        }) == "");
  CHECK(seen.bytes == 500 * scene.block_bytes().size());
  CHECK(seen.right);
}

TEST_CASE("connection: a stream to a peer that does not answer stops at its window") {
  Scene scene;
  scene.make_block(8192);  // 64 KiB: eight of them are the window
  TestSink::Seen seen{.hold = true};
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto pushing = push(client, 500, kj::heap<TestSink>(scene, seen)).eagerlyEvaluate(nullptr);
          return until(loop, [&scene] { return scene.pushes >= 8; })
              .then([client]() mutable { return echo(client, "one"); })
              .then([client](std::string) mutable { return echo(client, "two"); })
              .then([&scene](std::string) { CHECK(scene.pushes <= 10); })
              .attach(kj::mv(pushing), kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: a limit on messages holds before login, and another one after") {
  Scene scene;
  const std::string text(100'000, 'x');
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          couple->server().logged_in();
          auto client = couple->echo();
          return echo(client, text).then([&text](std::string answer) { CHECK(answer == text); }).attach(kj::mv(couple));
        }) == "");
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto call =
              echo(client, text)
                  .then([](std::string) { FAIL("a message over the limit was taken"); }, [](kj::Exception&&) {});
          return call.then([&couple = *couple] { return couple.server().closed(); })
              .then([&couple = *couple] {
                CHECK(couple.server().reason()->code == Code::too_large);
                return couple.client.closed();
              })
              .then([&couple = *couple] {
                CHECK(couple.client.reason()->message.find("over the limit of 65536") != std::string::npos);
              })
              .attach(kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: one that is closed tells its peer why, and both sides end") {
  Scene scene;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto pending = client.waitRequest().send().ignoreResult().then(
              [] { FAIL("answered"); }, [](kj::Exception&& e) { CHECK(net::to_error(e).code == Code::io); });
          return until(loop, [&scene] { return scene.waiting.size() == 1; })
              .then([&couple = *couple, pending = kj::mv(pending)]() mutable {
                couple.server().close({.code = Code::closed, .message = "the server goes"});
                return kj::mv(pending);
              })
              .then([&couple = *couple] { return couple.server().closed(); })
              .then([&couple = *couple] { return couple.client.closed(); })
              .then([&couple = *couple] {
                CHECK(couple.server().reason()->message == "the server goes");
                CHECK(couple.client.reason()->message.find("the server goes") != std::string::npos);
              })
              .attach(kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: a peer that goes in good order is told from one that goes in the middle of a message") {
  Scene scene;
  for (const bool inside : {false, true}) {
    CAPTURE(inside);
    CHECK(run_loop([&](net::Loop& loop) {
            auto served = kj::heap<Served>(loop, scene);
            if (inside) CHECK(::send(served->ends.far, "\0\0\0\0\3", 5, MSG_NOSIGNAL) == 5);
            served->ends.close_far();
            return served->connection.closed()
                .then([inside, &served = *served] {
                  CHECK(served.connection.reason()->code == (inside ? Code::io : Code::closed));
                })
                .attach(kj::mv(served));
          }) == "");
  }
}

TEST_CASE("connection: destroying it drops the calls that run over it, and their caller is told") {
  Scene scene;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<std::optional<Couple>>();
          couple->emplace(loop, scene);
          auto client = (*couple)->echo();
          auto call = client.waitRequest().send().ignoreResult().then([] { FAIL("answered"); }, [](kj::Exception&&) {});
          return until(loop, [&scene] { return scene.waiting.size() == 1; })
              .then([&couple = *couple, call = kj::mv(call)]() mutable {
                couple.reset();
                return kj::mv(call);
              })
              .then([&loop, &scene] { return until(loop, [&scene] { return !scene.waiting.front()->isWaiting(); }); })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("connection: a loop that ends with calls under way drops them without a word") {
  Scene scene;
  {
    net::Loop loop;
    auto couple = std::make_unique<Couple>(loop, scene);
    auto client = std::make_unique<Echo::Client>(couple->echo());
    auto call = std::make_unique<kj::Promise<void>>(
        client->waitRequest().send().ignoreResult().eagerlyEvaluate([](kj::Exception&&) {}));
    auto seen = until(loop, [&scene] {
                  return scene.waiting.size() == 1;
                }).then([&loop] {
                    loop.stop();
                  }).eagerlyEvaluate(nullptr);
    loop.before_end([&] {
      call.reset();
      client.reset();
      couple.reset();
    });
    loop.run();
  }
  CHECK(!scene.waiting.front()->isWaiting());
}

TEST_CASE("connection: a server without its client's capability in hand still ends in good order") {
  Scene scene;
  TestSink::Seen seen;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<std::optional<Couple>>();
          couple->emplace(loop, scene);
          auto client = (*couple)->echo();
          auto request = client.keepRequest();
          request.setSink(kj::heap<TestSink>(scene, seen));
          return request.send()
              .ignoreResult()
              .then([&couple = *couple, &scene] {
                couple.reset();
                auto call = scene.kept.front().doneRequest().send().ignoreResult();
                return call.then([] { FAIL("a call over a connection that is gone"); },
                                 [](kj::Exception&& e) { CHECK(net::to_error(e).code == Code::io); });
              })
              .then([&scene] { scene.kept.clear(); })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}
