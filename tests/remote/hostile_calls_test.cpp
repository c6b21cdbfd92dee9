// Peers that know the protocol and abuse it: they call without end, do not read, keep everything, and build on answers
// that never come. What they can make the server hold is bounded; a good client is served all the while.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/remote/hostile_scene.h"
#include "tests/remote/raw_calls.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::uint16_t kAppenderMethod = 2;
constexpr std::uint16_t kReadMethod = 3;
constexpr std::uint16_t kHeadMethod = 5;
constexpr std::uint16_t kStatisticsMethod = 12;

/// Small gates, so that what leaks past them would show.
void small_gates(ServerOptions& options) {
  options.outbox_bytes_max = kMiB;
  options.calls_max = 256;
}

std::string repeated(std::uint32_t count, const std::function<std::string(std::uint32_t question)>& make) {
  std::string all;
  for (std::uint32_t i = 0; i < count; ++i) all += make(kFirstQuestion + i);
  return all;
}

std::string session_call(std::uint32_t question, std::uint16_t method) {
  return call(question, session(), capnp::typeId<rpc::Session>(), method, [method](capnp::AnyPointer::Builder content) {
    if (method == 1) {
      content.initAs<rpc::Session::ProjectionParams>().setName("inventory");
    } else {
      static_cast<void>(content.initAs<rpc::Session::OpenLogParams>());
    }
  });
}

/// Sends `bytes` while taking what comes, until all is sent or the other side has ended the connection.
void converse(RawPeer& peer, std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t taken = peer.stuff(bytes.substr(0, 65536), std::chrono::milliseconds(0));
    bytes.remove_prefix(taken);
    while (!peer.receive(65536, std::chrono::milliseconds(0)).empty()) {
    }
    if (taken == 0 && peer.await_end(std::chrono::milliseconds(0))) return;
  }
}

}  // namespace

TEST_CASE("hostile calls: a flood of calls whose answers are read is served, each call once") {
  HostileScene scene(small_gates);
  constexpr std::uint32_t kCalls = 20'000;
  RawPeer guest = scene.guest();
  std::vector<int> answers(kFirstQuestion + kCalls);
  const std::string flood = repeated(kCalls, [](std::uint32_t question) {
    return log_call<rpc::Log::HeadParams>(question, kHeadMethod) + finish(question);
  });
  scene.measure_from_here();
  std::thread sender([&guest, &flood] { static_cast<void>(guest.send(flood)); });
  for (std::size_t left = answers.size(); left > 0; --left) {
    const auto message = guest.receive_message();
    if (!message) break;
    const RawAnswer answer = read_answer(*message);
    if (answer.kind == RawAnswer::Kind::results && answer.question < answers.size()) ++answers[answer.question];
  }
  sender.join();
  CHECK(std::ranges::all_of(answers, [](int count) { return count == 1; }));
  scene.check_served(0);
}

TEST_CASE("hostile calls: floods of calls whose answers nobody reads are not taken in") {
  HostileScene scene(small_gates);
  const std::string cheap =
      repeated(100'000, [](std::uint32_t question) { return log_call<rpc::Log::HeadParams>(question, kHeadMethod); });
  const std::string dear = repeated(
      20'000, [](std::uint32_t question) { return log_call<rpc::Log::StatisticsParams>(question, kStatisticsMethod); });
  scene.measure_from_here();
  std::vector<RawPeer> peers;
  for (int i = 0; i < 8; ++i) {
    peers.push_back(scene.guest());
    static_cast<void>(peers.back().stuff(i % 2 == 0 ? cheap : dear));
  }
  scene.check_served(8 * 3);  // each an outbox of 1 MiB, and calls whose answers it has not let go of
  peers.clear();
  scene.await_count(1, 1);
}

TEST_CASE("hostile calls: floods of appends whose answers nobody reads are bounded too") {
  HostileScene scene(small_gates);
  const std::string appends = repeated(20'000, [](std::uint32_t question) {
    return log_call<rpc::Log::AppendParams>(question, 0, [](rpc::Log::AppendParams::Builder params) {
      auto events = params.initCommit().initEvents(1);
      events[0].setStream("flood");
      events[0].setType("T");
      params.setTimeout(1'000'000'000);
    });
  });
  scene.measure_from_here();
  std::vector<RawPeer> peers;
  for (int i = 0; i < 4; ++i) {
    peers.push_back(scene.guest());
    static_cast<void>(peers.back().stuff(appends));
  }
  scene.check_served(4 * 4);
}

TEST_CASE("hostile calls: who asks for pages and does not read them costs an outbox") {
  HostileScene scene(small_gates);
  scene.fill(16);
  const std::string reads = repeated(2000, [](std::uint32_t question) {
    return log_call<rpc::Log::ReadParams>(question, kReadMethod, [](rpc::Log::ReadParams::Builder params) {
      params.setFrom(1);
      params.setThrough(kSequenceMax.value());
      params.setLimit(UINT64_MAX);
      params.setBytesMax(1 << 20);
    });
  });
  scene.measure_from_here();
  std::vector<RawPeer> peers;
  for (int i = 0; i < 8; ++i) {
    peers.push_back(scene.guest());
    static_cast<void>(peers.back().stuff(reads));
  }
  scene.check_served(8 * 11);
}

TEST_CASE("hostile calls: a subscriber that does not read, or reads and never answers, costs its window") {
  HostileScene scene(small_gates);
  scene.fill(32);
  scene.measure_from_here();
  std::vector<RawPeer> deaf;
  for (int i = 0; i < 20; ++i) {
    deaf.push_back(scene.guest());
    REQUIRE(deaf.back().send(subscribe_call(kFirstQuestion, 1, {.id = 7})));
  }
  RawPeer mute = scene.guest();
  REQUIRE(mute.send(subscribe_call(kFirstQuestion, 1, {.id = 7})));
  std::size_t bytes = 0;
  while (bytes < 2 * kMiB) {
    const std::string got = mute.receive(65536, std::chrono::milliseconds(500));
    if (got.empty()) break;
    bytes += got.size();
  }
  MESSAGE("pushed without an answer: " << bytes << " bytes");
  CHECK(bytes > kMiB / 2);
  CHECK(bytes < kMiB + kMiB / 4);  // the window, and two turns
  scene.check_served(21);
  deaf.clear();
  mute.end_sending();
  scene.await_count(2, 1);
}

TEST_CASE(
    "hostile calls: thousands of subscriptions of one peer that stops reading cost its outbox, not a window each") {
  HostileScene scene(small_gates);
  RawPeer guest = scene.guest();
  // What they ask for is cut out of its blocks for each of them, and so shared by none.
  REQUIRE(guest.send(
      repeated(3000, [](std::uint32_t question) { return subscribe_call(question, 1, {.id = question}, "Few"); })));
  while (scene.server().statistics().subscriptions < 3001) {
    REQUIRE(!guest.receive(65536, kPatience).empty());
  }
  scene.measure_from_here();
  scene.fill(8);
  scene.check_served(24);  // what is filled; eight turns of 256 KiB and an outbox of 1 MiB; some KiB a subscription
}

TEST_CASE("hostile calls: capabilities that are opened and never dropped end their connection, and are gone with it") {
  HostileScene scene;
  constexpr std::uint32_t kLeaks = 20'000;
  const std::vector<std::string> leaks = {
      repeated(kLeaks, [](std::uint32_t question) { return subscribe_call(question, 1, {.id = 7}); }),
      repeated(kLeaks, [](std::uint32_t question) { return subscribe_call(question, 1, {.id = question}); }),
      repeated(kLeaks,
               [](std::uint32_t question) { return log_call<rpc::Log::AppenderParams>(question, kAppenderMethod); }),
      repeated(kLeaks, [](std::uint32_t question) { return session_call(question, 0); }),
      repeated(kLeaks, [](std::uint32_t question) { return session_call(question, 1); }),
      repeated(kLeaks, [](std::uint32_t question) { return bootstrap(question); }),
      repeated(kLeaks, [](std::uint32_t question) { return log_call<rpc::Log::HeadParams>(question, kHeadMethod); }),
  };
  scene.measure_from_here();
  for (std::size_t at = 0; at < leaks.size(); ++at) {
    CAPTURE(at);
    RawPeer guest = scene.guest();
    converse(guest, leaks[at]);
    CHECK(guest.await_end());
    scene.await_count(1, 1);
    scene.check_served(0);
  }
}

TEST_CASE("hostile calls: calls upon calls without an answer, and upon themselves, are bounded") {
  HostileScene scene;
  const auto unanswered = [](std::uint32_t question) {
    return call(question, {.question = kFirstQuestion, .path = {0}}, capnp::typeId<rpc::Projection>(), 2,
                [](capnp::AnyPointer::Builder content) {
                  auto params = content.initAs<rpc::Projection::StatusParams>();
                  params.setAtLeast(kSequenceMax.value());
                  params.setTimeout(3'600'000'000'000);
                });
  };
  const auto upon_the_one_before = [](std::uint32_t question) {
    return call(question, {.question = question - 1, .path = {0}}, capnp::typeId<rpc::Log>(), kHeadMethod,
                [](capnp::AnyPointer::Builder content) { static_cast<void>(content.initAs<rpc::Log::HeadParams>()); });
  };
  const auto upon_itself = [](std::uint32_t question) {
    return call(question, {.question = question, .path = {0}}, capnp::typeId<rpc::Log>(), kHeadMethod,
                [](capnp::AnyPointer::Builder content) { static_cast<void>(content.initAs<rpc::Log::HeadParams>()); });
  };
  const std::string projection = session_call(kFirstQuestion, 1);
  const std::string waiting = unanswered(kFirstQuestion + 1);
  std::string chain;
  for (std::uint32_t i = 2; i < 30'000; ++i) chain += upon_the_one_before(kFirstQuestion + i);
  std::string waits;
  for (std::uint32_t i = 2; i < 30'000; ++i) waits += unanswered(kFirstQuestion + i);
  const std::vector<std::string> abuses = {
      projection + waiting + chain, projection + waiting + waits,
      call(kFirstQuestion, {.question = kOpenLog, .path = std::vector<std::uint16_t>(50'000, 0)},
           capnp::typeId<rpc::Log>(), kHeadMethod,
           [](capnp::AnyPointer::Builder content) { static_cast<void>(content.initAs<rpc::Log::HeadParams>()); }),
      upon_itself(kFirstQuestion) + upon_itself(kFirstQuestion)};
  scene.measure_from_here();
  std::vector<RawPeer> peers;
  for (const std::string& abuse : abuses) {
    for (int i = 0; i < 4; ++i) {
      peers.push_back(scene.guest());
      static_cast<void>(peers.back().stuff(abuse));
    }
  }
  scene.check_served(8 * 8);  // 1,024 calls of 8 KiB each, of eight of them; the others are gone
  peers.clear();
  scene.await_count(1, 1);
}

TEST_CASE("hostile calls: promises that resolve to promises without end, and messages out of place, are bounded") {
  HostileScene scene;
  const auto resolve = [](std::uint32_t promise, std::uint32_t to) {
    return message_of([promise, to](capnp::rpc::Message::Builder message) {
      auto body = message.initResolve();
      body.setPromiseId(promise);
      body.initCap().setSenderPromise(to);
    });
  };
  std::string chain = subscribe_call(kFirstQuestion, 1, {.id = 1, .promise = true});
  for (std::uint32_t i = 1; i < 50'000; ++i) chain += resolve(i, i + 1);
  const std::string subscribing = subscribe_call(kFirstQuestion, 1, {.id = 1, .promise = true});
  std::string misplaced;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    misplaced += message_of([i](capnp::rpc::Message::Builder message) {
      auto body = message.initRelease();
      body.setId(i);
      body.setReferenceCount(i * 77);
    });
  }
  std::vector<std::string> abuses = {
      chain,
      misplaced,
      finish(77) + finish(kOpenLog) + finish(kOpenLog),
      message_of([](capnp::rpc::Message::Builder message) {
        auto body = message.initReturn();
        body.setAnswerId(5);
        body.initResults();
      }),
      message_of([](capnp::rpc::Message::Builder message) {
        auto body = message.initDisembargo();
        body.initTarget().setImportedCap(3);
        body.getContext().setSenderLoopback(1);
      }),
      message_of(
          [](capnp::rpc::Message::Builder message) { message.initAbort().setReason(std::string(8000, 'r').c_str()); }),
  };
  scene.measure_from_here();
  // What is pushed to such a one would go round for ever. The second is none where the server has let go of 1 in
  // between.
  std::vector<RawPeer> circles;
  for (const std::string& circle : {resolve(1, 1), resolve(1, 2) + resolve(2, 1), resolve(1, 2) + resolve(2, 2)}) {
    circles.push_back(scene.guest());
    REQUIRE(circles.back().send(subscribing + circle));
  }
  scene.check_served(0);
  CHECK(circles.front().await_end());
  CHECK(circles.back().await_end());
  circles.clear();
  for (int round = 0; round < 5; ++round) {
    for (const std::string& abuse : abuses) {
      RawPeer guest = scene.guest();
      converse(guest, abuse);
      guest.end_sending();
      CHECK(guest.await_end());
    }
  }
  scene.await_count(1, 1);
  scene.check_served(0);
}
