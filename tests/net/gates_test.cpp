// What a peer may have on its way, and for how long: at a gate it waits, at a bound and a limit in time it is gone.
#include <thread>

#include <capnp/rpc.capnp.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include "tests/net/echo_fixture.h"

using namespace daybook;
using namespace daybook::test;
using namespace std::chrono_literals;
using capnp::rpc::Message;

namespace {

/// Enough that their answers fill any socket and the gate.
constexpr std::uint32_t kCalls = 2000;

template <class Fill>
std::string frame(Fill&& fill) {
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<Message>());
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

std::string bootstrap(std::uint32_t question) {
  return frame([&](Message::Builder message) { message.initBootstrap().setQuestionId(question); });
}

/// A call to what the bootstrap of question 0 gives.
std::string call(std::uint32_t question, std::uint16_t method) {
  return frame([&](Message::Builder message) {
    auto call = message.initCall();
    call.setQuestionId(question);
    call.setInterfaceId(capnp::typeId<Echo>());
    call.setMethodId(method);
    call.initTarget().initPromisedAnswer().setQuestionId(0);
    call.initParams().initContent().initAsAnyStruct(0, 1);
  });
}

/// Sends from a thread of its own, until the peer takes no more or goes; and drops what comes back if it `reads`.
class RawPeer {
 public:
  RawPeer(int descriptor, std::string bytes)
      : thread_([descriptor, bytes = std::move(bytes)] {
          const char* at = bytes.data();
          std::size_t left = bytes.size();
          while (left > 0) {
            const ssize_t sent = ::send(descriptor, at, left, MSG_NOSIGNAL);
            if (sent <= 0) return;
            at += sent;
            left -= static_cast<std::size_t>(sent);
          }
        }) {}
  ~RawPeer() { thread_.join(); }

 private:
  std::thread thread_;
};

/// The reason for which a server of `limits` lets go of a peer that sends `bytes`, and reads nothing.
Error end_of(const std::string& bytes, const net::ConnectionLimits& limits, bool log_in = false) {
  Scene scene;
  scene.make_block(16);
  Error reason;
  Ends* ends = nullptr;
  std::optional<RawPeer> peer;
  CHECK(run_loop([&](net::Loop& loop) {
          auto served = kj::heap<Served>(loop, scene, limits);
          if (log_in) served->connection.logged_in();
          ends = &served->ends;
          peer.emplace(ends->far, bytes);
          return served->connection.closed()
              .then([&reason, &served = *served] {
                reason = *served.connection.reason();
                ::shutdown(served.ends.far, SHUT_RDWR);
              })
              .then([&peer] { peer.reset(); })
              .attach(kj::mv(served));
        }) == "");
  return reason;
}

net::ConnectionLimits quick() {
  net::ConnectionLimits limits;
  limits.linger = 20ms;
  return limits;
}

}  // namespace

TEST_CASE("gates: beyond the calls in flight nothing is read, and with an answer it goes on") {
  Scene scene;
  net::ConnectionLimits limits;
  limits.calls_in_flight = 4;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene, limits);
          auto client = couple->echo();
          auto calls = kj::heapArrayBuilder<kj::Promise<void>>(50);
          for (int i = 0; i < 50; ++i) calls.add(client.waitRequest().send().ignoreResult());
          auto all = kj::joinPromises(calls.finish()).eagerlyEvaluate(nullptr);
          return until(loop, [&scene] { return scene.calls == 4; })
              .then([&loop, &couple = *couple] {
                return until(loop, [&couple] { return couple.client.statistics().queued_bytes == 0; });
              })
              .then([&loop, &scene, &couple = *couple] {
                CHECK(scene.calls == 4);
                CHECK(couple.server().statistics().calls_in_flight == 4);
                return until(loop, [&scene, next = std::size_t{0}]() mutable {
                  if (next < scene.waiting.size()) {
                    CHECK(scene.calls <= next + 4);
                    scene.waiting[next++]->fulfill();
                  }
                  return next == 50;
                });
              })
              .then([all = kj::mv(all)]() mutable { return kj::mv(all); })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("gates: who goes while a gate is shut, so that nobody reads, is noticed all the same") {
  net::ConnectionLimits calls;
  calls.calls_in_flight = 4;
  net::ConnectionLimits bytes;
  bytes.call_bytes_in_flight = call(1, 1).size() * 3;
  for (net::ConnectionLimits limits : {calls, bytes}) {
    limits.handshake = 0ms;
    limits.dead_after = 20ms;  // looked at four times as often; of this socket it says nothing
    Scene scene;
    std::string messages = bootstrap(0);
    for (std::uint32_t i = 1; i <= 100; ++i) messages += call(i, 1);
    CHECK(run_loop([&](net::Loop& loop) {
            auto served = kj::heap<Served>(loop, scene, limits);
            CHECK(::send(served->ends.far, messages.data(), messages.size(), MSG_NOSIGNAL) > 0);
            return until(loop, [&scene] { return scene.calls >= 2; })
                .then([&served = *served] {
                  served.ends.close_far();
                  return served.connection.closed();
                })
                .then([&scene, &served = *served] {
                  CHECK(scene.calls <= 5);
                  CHECK(served.connection.reason()->code == Code::io);
                })
                .attach(kj::mv(served));
          }) == "");
  }
}

TEST_CASE("gates: who does not take the answers is not read from; afterwards nothing is lost") {
  Scene scene;
  scene.make_block(1024);  // 8 KiB an answer
  net::ConnectionLimits limits;
  limits.queued_bytes = std::size_t{256} << 10;
  std::string bytes = bootstrap(0);
  for (std::uint32_t i = 1; i <= kCalls; ++i) bytes += call(i, 4);
  std::optional<RawPeer> peer;
  std::thread reader;
  std::size_t answers = 0;
  CHECK(run_loop([&](net::Loop& loop) {
          auto served = kj::heap<Served>(loop, scene, limits);
          peer.emplace(served->ends.far, bytes);
          const auto at_the_gate = [&served = *served] {
            return served.connection.statistics().queued_bytes > std::size_t{256} << 10;
          };
          return until(loop, at_the_gate)
              .then([&loop, &scene] {
                const std::size_t seen = scene.calls;
                return loop.after(20ms).then([&scene, seen] { CHECK(scene.calls <= seen + 1); });
              })
              .then([&loop, &scene, &reader, &answers, &served = *served] {
                CHECK(served.connection.statistics().queued_bytes < std::size_t{300} << 10);
                CHECK(scene.calls < kCalls);
                reader = std::thread([&answers, descriptor = served.ends.far] {
                  while (answers < kCalls + 1) {
                    const capnp::StreamFdMessageReader message(descriptor);
                    ++answers;
                  }
                });
                return until(loop, [&scene, &served] {
                  return scene.calls == kCalls && served.connection.statistics().queued_bytes == 0;
                });
              })
              .exclusiveJoin(
                  served->connection.closed().then([&served = *served] { FAIL(served.connection.reason()->message); }))
              .then([&reader, &peer] {
                reader.join();
                peer.reset();
              })
              .attach(kj::mv(served));
        }) == "");
  CHECK(answers == kCalls + 1);
}

TEST_CASE("gates: answers that are never let go of end the connection") {
  net::ConnectionLimits limits = quick();
  limits.unfinished_calls = 50;
  std::string bytes = bootstrap(0);
  for (std::uint32_t i = 1; i < 100; ++i) bytes += call(i, 0);
  const Error reason = end_of(bytes, limits);
  CHECK(reason.code == Code::busy);
  CHECK(reason.message.find("not let go of") != std::string::npos);
}

TEST_CASE("gates: capabilities that are never let go of end the connection") {
  net::ConnectionLimits limits = quick();
  limits.exports = 20;
  std::string bytes = bootstrap(0);
  for (std::uint32_t i = 1; i < 100; ++i) bytes += call(i, 2);
  const Error reason = end_of(bytes, limits);
  CHECK(reason.code == Code::busy);
  CHECK(reason.message.find("capabilities held") != std::string::npos);
}

TEST_CASE("gates: a stock client that lets go as it should is never ended") {
  Scene scene;
  net::ConnectionLimits limits;
  limits.exports = 5;
  limits.unfinished_calls = 5;
  limits.calls_in_flight = 4;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene, limits);
          auto client = kj::heap<Echo::Client>(couple->echo());
          struct Calls {
            static kj::Promise<void> on(Echo::Client& client, int left) {
              if (left == 0) return kj::READY_NOW;
              auto made = client.makeRequest().send().getEcho();
              auto request = made.echoRequest();
              request.setText("x");
              return request.send().ignoreResult().then([&client, left] { return on(client, left - 1); });
            }
          };
          return Calls::on(*client, 500)
              .then([&loop, &couple = *couple] {
                return until(loop, [&couple] {
                  const auto figures = couple.server().statistics();
                  return figures.exports <= 1 && figures.unfinished_calls <= 1 && figures.calls_in_flight == 0;
                });
              })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("gates: what is no protocol ends the connection, and no other one") {
  Scene scene;
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(1000, '\xff'), std::string(1000, '\0'),
        frame([](Message::Builder message) { message.initFinish().setQuestionId(9); }),
        frame([](Message::Builder message) { message.initCall().initTarget().setImportedCap(77); })}) {
    const Error reason = end_of(garbage, quick());
    CAPTURE(reason.message);
    CHECK((reason.code == Code::invalid || reason.code == Code::too_large));
    CHECK(!reason.message.empty());
  }
}

TEST_CASE("gates: no login in time ends the connection, a login does not") {
  net::ConnectionLimits limits = quick();
  limits.handshake = 20ms;
  const Error reason = end_of(bootstrap(0), limits);
  CHECK(reason.code == Code::timeout);
  CHECK(reason.message.find("no login") != std::string::npos);
  limits.idle = 60ms;
  CHECK(end_of(bootstrap(0), limits, true).message.find("no message either way") != std::string::npos);
}

TEST_CASE("gates: half a message ends the connection in its time") {
  net::ConnectionLimits limits = quick();
  limits.half_message = 20ms;
  const Error reason = end_of(bootstrap(0).substr(0, 20), limits);
  CHECK(reason.code == Code::timeout);
  CHECK(reason.message.find("half a message") != std::string::npos);
}

TEST_CASE("gates: a connection that is held, or has a call under way, is not idle; one that is neither is") {
  Scene scene;
  net::ConnectionLimits limits = quick();
  limits.idle = 20ms;
  CHECK(run_loop([&](net::Loop& loop) {
          auto held = kj::heap<Served>(loop, scene, limits);
          auto hold = kj::heap<net::Hold>(held->connection.hold());
          auto calling = kj::heap<Couple>(loop, scene, limits);
          auto client = calling->echo();
          auto call = client.waitRequest().send().ignoreResult().eagerlyEvaluate(nullptr);
          // Each of the later ones is idle for as long as the earlier ones would have been by then.
          auto one = kj::heap<Served>(loop, scene, limits);
          auto two = std::make_shared<kj::Own<Served>>();
          return one->connection.closed()
              .then([&loop, &scene, &limits, two, &one = *one] {
                CHECK(one.connection.reason()->code == Code::timeout);
                *two = kj::heap<Served>(loop, scene, limits);
                return (*two)->connection.closed();
              })
              .then([&held = *held, &calling = *calling, hold = kj::mv(hold)]() mutable {
                CHECK(!held.connection.reason());
                CHECK(!calling.server().reason());
                hold = nullptr;
                return held.connection.closed();
              })
              .then([&scene, &calling = *calling] {
                scene.waiting.front()->fulfill();
                return calling.server().closed();
              })
              .attach(kj::mv(call), kj::mv(client), kj::mv(held), kj::mv(calling), kj::mv(one), kj::mv(two));
        }) == "");
}

TEST_CASE("gates: a hold that outlives its connection harms nobody") {
  Scene scene;
  CHECK(run_loop([&](net::Loop& loop) {
          auto served = kj::heap<Served>(loop, scene);
          auto hold = kj::heap<net::Hold>(served->connection.hold());
          served = nullptr;
          hold = nullptr;
          return kj::Promise<void>(kj::READY_NOW);
        }) == "");
}

TEST_CASE("gates: a peer that takes nothing is let go of within the linger") {
  Scene scene;
  scene.make_block(std::size_t{64} << 10);
  net::ConnectionLimits limits = quick();
  std::string bytes = bootstrap(0);
  for (std::uint32_t i = 1; i < 10; ++i) bytes += call(i, 4);
  CHECK(run_loop([&](net::Loop& loop) {
          auto served = kj::heap<Served>(loop, scene, limits);
          CHECK(::send(served->ends.far, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
          return until(loop, [&scene] { return scene.calls == 9; })
              .then([&served = *served] {
                CHECK(served.connection.statistics().queued_bytes > 0);
                served.connection.close({.code = Code::closed, .message = "enough"});
                return served.connection.closed();
              })
              .attach(kj::mv(served));
        }) == "");
}
