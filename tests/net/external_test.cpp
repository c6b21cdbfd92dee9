// Bytes that a message only refers to: they are kept as long as they are read, and no longer.
#include <doctest/doctest.h>

#include "tests/net/echo_fixture.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// A promise of the peer's answer that is not asked about, so that nothing hangs on it.
kj::Promise<void> quietly(kj::Promise<void> promise) {
  return promise.eagerlyEvaluate([](kj::Exception&&) {});
}

}  // namespace

TEST_CASE("external bytes: an answer that refers to them arrives whole, and lets go of them when it is written") {
  Scene scene;
  scene.make_block(100'000);
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          return client.fetchRequest()
              .send()
              .then([&loop, &scene](capnp::Response<Echo::FetchResults> response) {
                CHECK(scene.is_block(response.getBytes()));
                CHECK(scene.shares_most == 2);
                return until(loop, [&scene] { return scene.block.use_count() == 1; });
              })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("external bytes: a call that refers to them lets go of them when it is written, not when it is answered") {
  Scene scene;
  scene.make_block(1000);
  TestSink::Seen seen{.hold = true};
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto request = client.keepRequest();
          request.setSink(kj::heap<TestSink>(scene, seen));
          auto pushed = std::make_shared<kj::Promise<void>>(nullptr);
          return request.send()
              .ignoreResult()
              .then([&loop, &scene, &seen, pushed] {
                *pushed = quietly(EchoServer::push_once(scene, scene.kept.front()));
                CHECK(scene.block.use_count() == 2);
                return until(loop, [&seen] { return seen.bytes > 0; });
              })
              .then([&scene, &seen] {
                CHECK(seen.right);
                CHECK(scene.block.use_count() == 1);
                scene.kept.clear();
              })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("external bytes: their owner may drop them at once; the message still has them") {
  Scene scene;
  scene.make_block(200'000);
  Scene same;
  same.make_block(200'000);
  TestSink::Seen seen;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          couple->client.logged_in();
          auto client = couple->echo();
          auto request = client.keepRequest();
          request.setSink(kj::heap<TestSink>(same, seen));
          auto pushed = std::make_shared<kj::Promise<void>>(nullptr);
          return request.send()
              .ignoreResult()
              .then([&loop, &scene, &seen, pushed] {
                *pushed = quietly(EchoServer::push_once(scene, scene.kept.front()));
                scene.block = nullptr;
                return until(loop, [&seen] { return seen.bytes > 0; });
              })
              .then([&scene, &seen] {
                CHECK(seen.right);
                scene.kept.clear();
              })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("external bytes: a message that is never sent, and a connection that ends, let go of them") {
  Scene scene;
  scene.make_block(300'000);
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
                {
                  auto unsent = scene.kept.front().takeRequest();
                  unsent.adoptBytes(net::reference_external(
                      capnp::Orphanage::getForMessageContaining(Echo::Sink::TakeParams::Builder(unsent)),
                      scene.block_bytes(), scene.block));
                  CHECK(scene.block.use_count() == 2);
                }
                CHECK(scene.block.use_count() == 1);
                auto sent = quietly(EchoServer::push_once(scene, scene.kept.front()));
                CHECK(scene.block.use_count() == 2);
                scene.kept.clear();
                couple.reset();
                CHECK(scene.block.use_count() == 1);
                return kj::mv(sent);
              })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("external bytes: several messages, built side by side, each keep their own") {
  Scene scene;
  scene.make_block(100);
  TestSink::Seen seen;
  CHECK(run_loop([&](net::Loop& loop) {
          auto couple = kj::heap<Couple>(loop, scene);
          auto client = couple->echo();
          auto request = client.keepRequest();
          request.setSink(kj::heap<TestSink>(scene, seen));
          return request.send()
              .ignoreResult()
              .then([&loop, &scene] {
                auto first = scene.kept.front().takeRequest();
                auto second = scene.kept.front().takeRequest();
                const auto adopt = [&scene](auto& to) {
                  to.adoptBytes(net::reference_external(
                      capnp::Orphanage::getForMessageContaining(Echo::Sink::TakeParams::Builder(to)),
                      scene.block_bytes(), scene.block));
                };
                adopt(first);
                CHECK(scene.block.use_count() == 2);
                adopt(second);
                CHECK(scene.block.use_count() == 3);
                return first.send()
                    .then([&loop, &scene] { return until(loop, [&scene] { return scene.block.use_count() == 2; }); })
                    .then([second = kj::mv(second)]() mutable { return second.send(); });
              })
              .then([&loop, &scene, &seen] {
                scene.kept.clear();
                return until(loop, [&scene, &seen] {
                  return scene.block.use_count() == 1 && seen.bytes == 2 * scene.block_bytes().size();
                });
              })
              .then([&seen] { CHECK(seen.right); })
              .attach(kj::mv(client), kj::mv(couple));
        }) == "");
}

TEST_CASE("external bytes: a capability of our own, odd bytes and odd places get a copy") {
  Scene scene;
  scene.make_block(100);
  TestSink::Seen seen;
  CHECK(run_loop([&](net::Loop&) {
          Echo::Sink::Client local = kj::heap<TestSink>(scene, seen);
          auto pushed = EchoServer::push_once(scene, local);
          CHECK(scene.block.use_count() == 1);
          return pushed.then([&seen, &scene] {
            CHECK(seen.bytes == scene.block_bytes().size());
            CHECK(seen.right);
          });
        }) == "");
  capnp::MallocMessageBuilder message;
  for (const auto bytes :
       {scene.block_bytes().subspan(1, 8), scene.block_bytes().subspan(0, 7), scene.block_bytes().first(0)}) {
    const auto copy = net::reference_external(message.getOrphanage(), bytes, scene.block);
    CHECK(scene.block.use_count() == 1);
    CHECK(copy.getReader().size() == bytes.size());
  }
}
