// Ten thousand connections. Both ends of them take a descriptor each, which is more than a process often may have, so
// the other ends are in a process of their own.
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/remote/hostile_scene.h"

using namespace daybook;
using namespace daybook::test;

namespace {

/// What one costs the server that has not said a word: a buffer of 4 KiB, the RPC's tables. Measured 26.
constexpr std::size_t kConnectionKiB = 30;
/// For what else is open in either process.
constexpr rlim_t kSpareDescriptors = 300;

/// As many connections as asked for, or as the limits let one process have.
std::uint32_t connections_possible(std::uint32_t wanted) {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  const auto possible = static_cast<std::uint32_t>(
      std::min<rlim_t>(wanted, limit.rlim_cur > kSpareDescriptors ? limit.rlim_cur - kSpareDescriptors : 0));
  if (possible < wanted) MESSAGE("descriptors for " << possible << " connections only, not " << wanted);
  return possible;
}

/// A process that connects as often as it is told and then counts the connections that are ended from the other side.
class Connector {
 public:
  Connector() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) == 0);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) work(ends_[1]);
    ::close(ends_[1]);
  }
  ~Connector() {
    ::kill(child_, SIGKILL);
    ::close(ends_[0]);
    ::waitpid(child_, nullptr, 0);
  }

  /// Connects `count` times to `port`; how many were made.
  std::uint32_t open(int port, std::uint32_t count) {
    say(static_cast<std::uint32_t>(port));
    say(count);
    return hear();
  }
  /// Waits until `count` are ended from the other side.
  void await_ended(std::uint32_t count) {
    say(count);
    REQUIRE(hear() >= count);
  }

 private:
  void say(std::uint32_t number) const { REQUIRE(::write(ends_[0], &number, sizeof number) == sizeof number); }
  [[nodiscard]] std::uint32_t hear() const {
    std::uint32_t number = 0;
    REQUIRE(::read(ends_[0], &number, sizeof number) == sizeof number);
    return number;
  }

  /// The child: nothing but system calls, since only one of the parent's threads is here.
  [[noreturn]] static void work(int parent) {
    std::uint32_t port = 0;
    std::uint32_t count = 0;
    if (::read(parent, &port, 4) != 4 || ::read(parent, &count, 4) != 4) ::_exit(1);
    std::vector<pollfd> open;
    const sockaddr_in address{.sin_family = AF_INET,
                              .sin_port = htons(static_cast<std::uint16_t>(port)),
                              .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                              .sin_zero = {}};
    for (std::uint32_t i = 0; i < count; ++i) {
      const int made = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::_exit(2);
      open.push_back({.fd = made, .events = POLLIN, .revents = 0});
    }
    auto made = static_cast<std::uint32_t>(open.size());
    if (::write(parent, &made, 4) != 4 || ::read(parent, &count, 4) != 4) ::_exit(3);
    std::uint32_t ended = 0;
    while (ended < count) {
      if (::poll(open.data(), open.size(), -1) < 0) ::_exit(4);
      ended += static_cast<std::uint32_t>(std::erase_if(open, [](const pollfd& one) { return one.revents != 0; }));
    }
    if (::write(parent, &ended, 4) != 4) ::_exit(5);
    while (::read(parent, &count, 4) > 0) {
    }
    ::_exit(0);
  }

  std::array<int, 2> ends_{};
  pid_t child_ = -1;
};

}  // namespace

TEST_CASE("hostile crowd: ten thousand connections cost little each, and those beyond the bound are closed at once") {
  const std::uint32_t wanted = connections_possible(10'000);
  Connector connector;
  const std::uint32_t most = wanted - 500;
  HostileScene scene([most](ServerOptions& options) {
    options.connections_max = most;
    options.handshake_timeout = std::chrono::minutes(10);
  });
  REQUIRE(connector.open(scene.port(), wanted) == wanted);
  // One of those that are let in is the good client.
  connector.await_ended(wanted - (most - 1));
  CHECK(scene.server().statistics().connections == most);
  CHECK(scene.server().statistics().refused >= 501);
  scene.check_served(most * kConnectionKiB / 1024);
}

TEST_CASE("hostile crowd: thousands that never say a word are let go, and others come in again") {
  const std::uint32_t wanted = connections_possible(4000);
  Connector connector;
  HostileScene scene([wanted](ServerOptions& options) {
    options.connections_max = wanted + 1;
    options.handshake_timeout = std::chrono::seconds(2);
  });
  REQUIRE(connector.open(scene.port(), wanted) == wanted);
  connector.await_ended(wanted);
  scene.await_count(1, 1);
  RawPeer late = scene.guest();
  CHECK(late.receive_message().has_value());
  scene.check_served(wanted * kConnectionKiB / 1024 / 4);  // what the allocator cannot give back of it
}
