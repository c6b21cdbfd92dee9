// Peers that send what is no protocol, or only half of it, or claim what they do not have. Each loses its connection; a
// good client is served all the while, and memory stays where it was.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/remote/hostile_scene.h"
#include "tests/remote/raw_calls.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

std::string random_bytes(std::mt19937_64& random, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// The head of a message: its count of segments minus one, and sizes in words.
std::string head_of(std::uint32_t segments_less_one, const std::vector<std::uint32_t>& sizes) {
  std::string head(4 + 4 * sizes.size() + (sizes.size() % 2 == 0 ? 4 : 0), '\0');
  std::memcpy(head.data(), &segments_less_one, 4);
  if (!sizes.empty()) std::memcpy(head.data() + 4, sizes.data(), 4 * sizes.size());
  return head;
}

/// Bytes that no peer ought to send: none like the next.
std::string garbage(std::mt19937_64& random) {
  const std::string good = opening() + log_call<rpc::Log::HeadParams>(kFirstQuestion, 5);
  switch (random() % 4) {
    case 0:
      return random_bytes(random, 1 + random() % 5000);
    case 1: {  // A message whose frame is in order.
      const auto words = static_cast<std::uint32_t>(1 + random() % 200);
      return head_of(0, {words}) + random_bytes(random, std::size_t{words} * 8);
    }
    case 2: {  // A good beginning with some bytes changed.
      std::string bytes = good;
      for (auto left = 1 + random() % 8; left > 0; --left) bytes[random() % bytes.size()] = static_cast<char>(random());
      return bytes;
    }
    default:  // A good beginning that goes on otherwise.
      return good.substr(0, random() % good.size()) + random_bytes(random, 1 + random() % 500);
  }
}

}  // namespace

TEST_CASE("hostile bytes: who sends garbage loses its connection, and nobody else does") {
  std::mt19937_64 random(test_seed());
  HostileScene scene;
  for (int round = 0; round < 20; ++round) {
    std::vector<RawPeer> peers;
    for (int i = 0; i < 20; ++i) {
      peers.push_back(scene.peer());
      static_cast<void>(peers.back().stuff(garbage(random)));
      peers.back().end_sending();
    }
    for (RawPeer& peer : peers) CHECK(peer.await_end());
  }
  scene.check_served(0);
  scene.await_count(1, 1);
}

TEST_CASE("hostile bytes: half a message is given up after a while, however slowly it goes on") {
  HostileScene scene([](ServerOptions& options) {
    options.message_timeout = std::chrono::milliseconds(300);
    options.handshake_timeout = std::chrono::minutes(10);
  });
  const std::string login = opening();
  std::vector<RawPeer> peers;
  for (std::size_t cut = 1; cut < 60; ++cut) {
    if (cut == bootstrap(kBootstrap).size()) continue;  // a whole message
    RawPeer stranger = scene.peer();
    REQUIRE(stranger.send(login.substr(0, cut)));
    peers.push_back(std::move(stranger));
    RawPeer guest = scene.guest();
    REQUIRE(guest.send(log_call<rpc::Log::HeadParams>(kFirstQuestion, 5).substr(0, cut)));
    peers.push_back(std::move(guest));
  }
  for (RawPeer& peer : peers) CHECK(peer.await_end());

  RawPeer trickling = scene.peer();
  const std::string endless = head_of(0, {1000}) + std::string(8000, '\0');
  bool ended = false;
  for (std::size_t at = 0; at < endless.size() && !ended; ++at) {
    ended = !trickling.send(endless.substr(at, 1)) || trickling.await_end(std::chrono::milliseconds(20));
  }
  CHECK(ended);
  scene.check_served(0);
}

TEST_CASE("hostile bytes: a giant claim is refused before any memory is given to it") {
  HostileScene scene;
  const std::vector<std::string> claims = {
      head_of(0xffffffff, {}),
      head_of(0xfffffffe, std::vector<std::uint32_t>(1000, 0xffffffff)),
      head_of(511, std::vector<std::uint32_t>(512, 1)),
      head_of(0, {0xffffffff}),
      head_of(0, {0x10000000}),
      head_of(0, {(std::uint32_t{32} << 20) / 8 + 1}),
      head_of(1, {1, 0xffffffff}),
      head_of(3, {0x40000000, 0x40000000, 0x40000000, 0x40000000}),
  };
  for (int round = 0; round < 20; ++round) {
    for (std::size_t claim = 0; claim < claims.size(); ++claim) {
      CAPTURE(claim);
      RawPeer stranger = scene.peer();
      static_cast<void>(stranger.stuff(claims[claim]));
      CHECK(stranger.await_end());
      RawPeer guest = scene.guest();
      static_cast<void>(guest.stuff(claims[claim]));
      CHECK(guest.await_end());
    }
  }
  scene.check_served(0, 4);
}

TEST_CASE("hostile bytes: before its login a peer may send small messages only") {
  HostileScene scene;
  const auto login = [](std::size_t token_bytes) {
    return bootstrap(0) + call(1, {.question = 0}, capnp::typeId<rpc::Daybook>(), 0,
                               [token_bytes](capnp::AnyPointer::Builder content) {
                                 auto params = content.initAs<rpc::Daybook::LoginParams>();
                                 params.setToken(std::string(token_bytes, 't').c_str());
                                 params.setVersion(1);
                               });
  };
  RawPeer small = scene.peer();
  REQUIRE(small.send(login(8 << 10)));
  CHECK(small.receive_message().has_value());
  RawPeer large = scene.peer();
  static_cast<void>(large.stuff(login(std::size_t{1} << 20)));
  CHECK(large.await_end());
  scene.check_served(0);
}

TEST_CASE("hostile bytes: who does not log in is let go") {
  HostileScene scene([](ServerOptions& options) { options.handshake_timeout = std::chrono::milliseconds(300); });
  std::vector<RawPeer> peers;
  for (int i = 0; i < 100; ++i) {
    peers.push_back(scene.peer());
    if (i % 2 == 0) REQUIRE(peers.back().send(bootstrap(0)));
  }
  for (RawPeer& peer : peers) CHECK(peer.await_end());
  scene.check_served(0);
  scene.await_count(1, 1);
}
