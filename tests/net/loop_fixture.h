// A loop to test with, and two ends of one connection: one of them on the loop, the other a plain descriptor.
//
// Threads: the test's.
#pragma once

#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "net/loop.h"
#include "net/socket_stream.h"

namespace daybook::test {

/// How long a test waits for what must come. Never passes unless something hangs.
inline constexpr auto kSoon = std::chrono::seconds(60);

/// Runs a new loop until what `begin` returns is done; the text of the exception if it broke, else empty.
template <class Begin>
std::string run_loop(Begin&& begin) {
  net::Loop loop;
  std::optional<std::string> trouble;
  const auto finish = [&](std::string text) {
    trouble = std::move(text);
    loop.stop();
  };
  auto work = kj::evalNow([&] { return begin(loop); })
                  .then([&] { finish(""); }, [&](const kj::Exception& e) { finish(e.getDescription().cStr()); })
                  .eagerlyEvaluate(nullptr);
  auto limit = loop.after(kSoon).then([&] { finish("nothing came in time"); }).eagerlyEvaluate(nullptr);
  loop.run();
  return *trouble;
}

/// Two ends of one connection: `near` for a loop, `far` a blocking descriptor, closed with this.
struct Ends {
  Ends() {
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    near = pair[0];
    far = pair[1];
  }
  ~Ends() {
    if (near >= 0) ::close(near);
    close_far();
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  void close_far() {
    if (far >= 0) ::close(std::exchange(far, -1));
  }
  kj::Own<kj::AsyncIoStream> stream(net::Loop& loop) {
    return net::make_socket_stream(
        net::Socket(loop.context(), boost::asio::generic::stream_protocol(AF_UNIX, 0), std::exchange(near, -1)));
  }

  int near = -1;
  int far = -1;
};

}  // namespace daybook::test
