// Plain sockets: what is under test is what the server makes of bytes, so nothing of daybook's is used to send them.
#include "tests/remote/raw_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace daybook::test {
namespace {

std::uint32_t word32(const std::string& bytes, std::size_t number) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + 4 * number, sizeof value);
  return value;
}

}  // namespace

RawPeer::RawPeer(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address{.sin_family = AF_INET,
                            .sin_port = htons(static_cast<std::uint16_t>(port)),
                            .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                            .sin_zero = {}};
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

RawPeer::~RawPeer() {
  if (socket_ >= 0) ::close(socket_);
}

RawPeer::RawPeer(RawPeer&& other) noexcept : socket_(std::exchange(other.socket_, -1)), held_(std::move(other.held_)) {}

bool RawPeer::ready(short events, std::chrono::milliseconds patience) const {
  pollfd waiting{.fd = socket_, .events = events, .revents = 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

bool RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!ready(POLLOUT, kPatience)) return false;
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t RawPeer::stuff(std::string_view bytes, std::chrono::milliseconds patience) {
  std::size_t taken = 0;
  while (taken < bytes.size() && ready(POLLOUT, patience)) {
    const ssize_t sent = ::send(socket_, bytes.data() + taken, bytes.size() - taken, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) break;
    taken += static_cast<std::size_t>(sent);
  }
  return taken;
}

void RawPeer::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

std::string RawPeer::receive(std::size_t bytes, std::chrono::milliseconds patience) {
  if (!held_.empty()) return std::exchange(held_, {});
  if (!ready(POLLIN, patience)) return {};
  std::string got(bytes, '\0');
  const ssize_t count = ::recv(socket_, got.data(), got.size(), 0);
  got.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return got;
}

std::optional<std::string> RawPeer::receive_message() {
  std::string bytes;
  const auto have = [&](std::size_t enough) {
    while (bytes.size() < enough) {
      const std::string more = receive(65536);
      if (more.empty()) return false;
      bytes += more;
    }
    return true;
  };
  if (!have(4)) return std::nullopt;
  const std::size_t segments = std::size_t{word32(bytes, 0)} + 1;
  std::size_t all = (segments / 2 + 1) * 8;
  if (!have(all)) return std::nullopt;
  const std::size_t table = all;
  for (std::size_t segment = 0; segment < segments; ++segment) all += std::size_t{word32(bytes, 1 + segment)} * 8;
  if (!have(all)) return std::nullopt;
  CHECK(table <= all);
  held_ = bytes.substr(all);
  bytes.resize(all);
  return bytes;
}

bool RawPeer::await_end(std::chrono::milliseconds patience) {
  std::array<char, 65536> dropped;
  held_.clear();
  while (ready(POLLIN, patience)) {
    const ssize_t got = ::recv(socket_, dropped.data(), dropped.size(), 0);
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
  }
  return false;
}

}  // namespace daybook::test
