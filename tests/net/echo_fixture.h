// A server to speak to, and two connections that are the ends of one.
//
// Threads: the test's loop's. Owns: what it says it does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <echo.capnp.h>

#include "net/connection.h"
#include "net/external.h"
#include "net/kj_interface.h"
#include "tests/net/loop_fixture.h"

namespace daybook::test {

/// What the server does, and what a test sees of it.
struct Scene {
  std::vector<kj::Own<kj::PromiseFulfiller<void>>> waiting;  ///< Calls of wait() that are not answered.
  std::vector<Echo::Sink::Client> kept;                      ///< By keep().
  std::shared_ptr<std::vector<std::uint64_t>> block;         ///< What fetch() and push() send, uncopied.
  std::size_t calls = 0;                                     ///< That came.
  std::size_t pushes = 0;                                    ///< That were begun.
  long shares_most = 0;                                      ///< In the block, when something referred to it.

  [[nodiscard]] std::span<const std::byte> block_bytes() const {
    return std::as_bytes(std::span<const std::uint64_t>(*block));
  }
  /// Words that tell where they stand.
  void make_block(std::size_t words) {
    block = std::make_shared<std::vector<std::uint64_t>>(words);
    for (std::size_t i = 0; i < words; ++i) (*block)[i] = i * 0x9e37'79b9'7f4a'7c15u;
  }
  [[nodiscard]] bool is_block(capnp::Data::Reader bytes) const {
    return bytes.size() == block_bytes().size() && std::memcmp(bytes.begin(), block->data(), bytes.size()) == 0;
  }
};

DAYBOOK_KJ_INTERFACE_BEGIN
/// Serves a scene, which outlives it.
class EchoServer final : public Echo::Server {
 public:
  explicit EchoServer(Scene& scene) : scene_(scene) {}

  kj::Promise<void> echo(EchoContext context) override {
    ++scene_.calls;
    context.getResults().setText(context.getParams().getText());
    return kj::READY_NOW;
  }
  kj::Promise<void> wait(WaitContext context) override {
    ++scene_.calls;
    context.allowCancellation();
    auto pair = kj::newPromiseAndFulfiller<void>();
    scene_.waiting.push_back(kj::mv(pair.fulfiller));
    return kj::mv(pair.promise);
  }
  kj::Promise<void> make(MakeContext context) override {
    ++scene_.calls;
    context.getResults().setEcho(kj::heap<EchoServer>(scene_));
    return kj::READY_NOW;
  }
  kj::Promise<void> push(PushContext context) override {
    ++scene_.calls;
    context.allowCancellation();
    return push_on(context.getParams().getSink(), context.getParams().getTimes());
  }
  kj::Promise<void> fetch(FetchContext context) override {
    ++scene_.calls;
    auto results = context.getResults();
    results.adoptBytes(net::reference_external(capnp::Orphanage::getForMessageContaining(results), scene_.block_bytes(),
                                               scene_.block));
    scene_.shares_most = std::max(scene_.shares_most, scene_.block.use_count());
    return kj::READY_NOW;
  }
  kj::Promise<void> keep(KeepContext context) override {
    ++scene_.calls;
    scene_.kept.push_back(context.getParams().getSink());
    return kj::READY_NOW;
  }

  /// One push of the scene's block.
  static kj::Promise<void> push_once(Scene& scene, Echo::Sink::Client& sink) {
    auto request = sink.takeRequest();
    request.adoptBytes(
        net::reference_external(capnp::Orphanage::getForMessageContaining(Echo::Sink::TakeParams::Builder(request)),
                                scene.block_bytes(), scene.block));
    ++scene.pushes;
    scene.shares_most = std::max(scene.shares_most, scene.block.use_count());
    return request.send();
  }

 private:
  kj::Promise<void> push_on(Echo::Sink::Client sink, std::uint32_t times) {
    if (times == 0) return sink.doneRequest().send().ignoreResult();
    return push_once(scene_, sink).then([this, sink, times]() mutable { return push_on(kj::mv(sink), times - 1); });
  }

  Scene& scene_;
};

/// Takes what is pushed.
class TestSink final : public Echo::Sink::Server {
 public:
  /// What came. Outlives the sink.
  struct Seen {
    std::size_t bytes = 0;
    bool done = false;
    bool hold = false;  ///< take() does not answer.
    bool right = true;  ///< All were the scene's block.
  };
  TestSink(Scene& scene, Seen& seen) : scene_(scene), seen_(seen) {}

  kj::Promise<void> take(TakeContext context) override {
    const auto bytes = context.getParams().getBytes();
    seen_.bytes += bytes.size();
    seen_.right = seen_.right && scene_.is_block(bytes);
    context.allowCancellation();
    if (seen_.hold) return kj::NEVER_DONE;
    return kj::READY_NOW;
  }
  kj::Promise<void> done(DoneContext) override {
    seen_.done = true;
    return kj::READY_NOW;
  }

 private:
  Scene& scene_;
  Seen& seen_;
};
DAYBOOK_KJ_INTERFACE_END

/// A served connection, its other end a plain descriptor.
struct Served {
  Served(net::Loop& loop, Scene& scene, const net::ConnectionLimits& limits = {})
      : connection(loop, ends.stream(loop), limits) {
    connection.serve(kj::heap<EchoServer>(scene));
  }

  Ends ends;
  net::Connection connection;
};

/// Both ends on one loop.
struct Couple {
  Couple(net::Loop& loop, Scene& scene, const net::ConnectionLimits& limits = {})
      : served(loop, scene, limits),
        client(loop,
               net::make_socket_stream(net::Socket(loop.context(), boost::asio::generic::stream_protocol(AF_UNIX, 0),
                                                   std::exchange(served.ends.far, -1))),
               net::ConnectionLimits::client()) {}

  Echo::Client echo() { return client.bootstrap().castAs<Echo>(); }
  net::Connection& server() { return served.connection; }

  Served served;
  net::Connection client;
};

}  // namespace daybook::test
