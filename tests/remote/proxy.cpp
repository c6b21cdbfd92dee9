// Each connection is born with its fate: after how many bytes, of both directions together, it ends, and how. Short
// lives are as likely as long ones, by the logarithm, so that ends come in the login, between two calls, and in the
// middle of a block.
//
// Nothing here waits for a time: what is held is let go when enough has come behind it, or when all lines are quiet,
// since then nothing more might come.
#include "tests/remote/proxy.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <list>
#include <random>
#include <vector>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

constexpr std::size_t kBufferBytesMax = std::size_t{256} << 10;
/// Without a byte on any line for so long, all is quiet.
constexpr int kQuietMs = 3;

enum class Fate : std::uint8_t { close, reset, refuse, swallow };

sockaddr_in loopback(int port) {
  return {.sin_family = AF_INET,
          .sin_port = htons(static_cast<std::uint16_t>(port)),
          .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
          .sin_zero = {}};
}

void close_hard(int descriptor) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(descriptor);
}

}  // namespace

/// From one end to the other.
struct CuttingProxy::Direction {
  int from = -1;
  int to = -1;
  std::string waiting{};       ///< Come, and not gone on.
  std::size_t held_until = 0;  ///< Nothing goes on before so many wait.
  bool ended = false;          ///< No more comes.
};

struct CuttingProxy::Link {
  Direction up;
  Direction down;
  Fate fate = Fate::close;
  std::uint64_t bytes_left = 0;   ///< Until it meets its fate.
  std::uint64_t bytes_after = 0;  ///< Swallowed, before it is cut.
};

class CuttingProxy::Switchboard {
 public:
  Switchboard(CuttingProxy& proxy, int target_port, std::uint64_t seed)
      : proxy_(proxy), target_port_(target_port), random_(seed) {}

  void run() {
    while (!proxy_.ending_) {
      const bool quiet = wait();
      if ((polled_.front().revents & POLLIN) != 0) welcome();
      for (auto at = links_.begin(); at != links_.end();) {
        const bool lives = move(at->up, *at, quiet) && move(at->down, *at, quiet);
        at = lives ? std::next(at) : links_.erase(at);
      }
    }
    while (!links_.empty()) {
      cut(links_.front());
      links_.pop_front();
    }
  }

 private:
  /// Until something can be moved; true where nothing came.
  bool wait() {
    polled_.assign(1, {.fd = proxy_.listening_, .events = POLLIN, .revents = 0});
    for (const Link& link : links_) {
      for (const Direction* direction : {&link.up, &link.down}) {
        const bool room = direction->waiting.size() < kBufferBytesMax && !direction->ended;
        const bool ready = !direction->waiting.empty() && direction->waiting.size() >= direction->held_until;
        if (room) polled_.push_back({.fd = direction->from, .events = POLLIN, .revents = 0});
        if (ready) polled_.push_back({.fd = direction->to, .events = POLLOUT, .revents = 0});
      }
    }
    return ::poll(polled_.data(), polled_.size(), kQuietMs) == 0;
  }

  std::uint64_t up_to(std::uint64_t most) { return random_() % (most + 1); }
  /// 1 to 2^`bits`, each power of two as likely as the next.
  std::uint64_t any_size(std::uint64_t bits) { return up_to(std::uint64_t{1} << up_to(bits)) + 1; }

  void welcome() {
    const int client = ::accept4(proxy_.listening_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    ++proxy_.counts_.connections;
    Link link{.fate = std::array{Fate::close, Fate::reset, Fate::reset, Fate::swallow, Fate::refuse}[up_to(4)]};
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(target_port_);
    const bool reached = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    link.up = {.from = client, .to = server};
    link.down = {.from = server, .to = client};
    if (!reached || (link.fate == Fate::refuse && !proxy_.calm_)) {
      if (reached) ++proxy_.counts_.refused;
      close_hard(client);
      close_hard(server);
      return;
    }
    link.bytes_left = any_size(20);
    link.bytes_after = any_size(12);
    links_.push_back(std::move(link));
  }

  /// False where the link has ended.
  bool move(Direction& direction, Link& link, bool quiet) {
    if (!take(direction)) return end(link, link.fate == Fate::close);
    if (link.fate == Fate::swallow && link.bytes_left == 0) return swallow(direction, link, quiet);
    if (quiet) direction.held_until = 0;
    if (!direction.waiting.empty() && direction.waiting.size() >= direction.held_until) {
      if (!hand_on(direction, link)) return false;
    }
    if (direction.ended && direction.waiting.empty()) return end(link, true);
    return true;
  }

  /// What has come. False where the sender is gone without a good-bye.
  static bool take(Direction& direction) {
    std::array<char, 65536> bytes;
    while (!direction.ended && direction.waiting.size() < kBufferBytesMax) {
      const ssize_t got = ::recv(direction.from, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) direction.ended = true;
      direction.waiting.append(bytes.data(), static_cast<std::size_t>(got));
    }
    return true;
  }

  bool hand_on(Direction& direction, Link& link) {
    std::size_t bytes = direction.waiting.size();
    if (!proxy_.calm_) bytes = std::min<std::size_t>({bytes, link.bytes_left, up_to(3) == 0 ? any_size(12) : bytes});
    const ssize_t sent = ::send(direction.to, direction.waiting.data(), bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR || end(link, false);
    direction.waiting.erase(0, static_cast<std::size_t>(sent));
    if (proxy_.calm_) return true;
    link.bytes_left -= static_cast<std::size_t>(sent);
    if (link.bytes_left == 0 && link.fate != Fate::swallow) {
      ++(link.fate == Fate::close ? proxy_.counts_.closed : proxy_.counts_.reset);
      return end(link, link.fate == Fate::close);
    }
    if (up_to(7) == 0) {
      direction.held_until = any_size(14);
      ++proxy_.counts_.held;
    }
    return true;
  }

  /// The other side hears nothing of it, until the line is cut: after so many bytes, or when no more come.
  bool swallow(Direction& direction, Link& link, bool quiet) {
    link.bytes_after -= std::min<std::size_t>(direction.waiting.size(), link.bytes_after);
    direction.waiting.clear();
    if (link.bytes_after > 0 && !quiet && !direction.ended) return true;
    ++proxy_.counts_.swallowed;
    return end(link, false);
  }

  bool end(Link& link, bool in_good_order) {
    if (in_good_order) {
      ::close(link.up.from);
      ::close(link.up.to);
    } else {
      cut(link);
    }
    return false;
  }

  static void cut(const Link& link) {
    close_hard(link.up.from);
    close_hard(link.up.to);
  }

  CuttingProxy& proxy_;
  const int target_port_;
  std::mt19937_64 random_;
  std::list<Link> links_;
  std::vector<pollfd> polled_;
};

CuttingProxy::CuttingProxy(const std::string& target, std::uint64_t seed) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t bytes = sizeof address;
  REQUIRE(::bind(listening_, reinterpret_cast<const sockaddr*>(&address), bytes) == 0);
  REQUIRE(::listen(listening_, 512) == 0);
  REQUIRE(::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &bytes) == 0);
  address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const int port = std::stoi(target.substr(target.rfind(':') + 1));
  thread_ = std::thread([this, port, seed] { Switchboard(*this, port, seed).run(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  thread_.join();
  ::close(listening_);
}

}  // namespace daybook::test
