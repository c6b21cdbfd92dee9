// Plain sockets, as little as it takes: blocking on the side that waits, epoll on the side that serves many.
#include "bench/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "bench/append_run.h"
#include "bench/measure.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kServers = 2;

/// A descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) give_up("loopback", {.code = Code::io, .message = "no socket"});
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int operator*() const { return number_; }

 private:
  int number_;
};

struct Ends {
  Descriptor client;
  Descriptor server;
};

Ends connected() {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  Descriptor client(::socket(AF_INET, SOCK_STREAM, 0));
  const bool ok = ::bind(*listener, plain, length) == 0 && ::listen(*listener, 1) == 0 &&
                  ::getsockname(*listener, plain, &length) == 0 && ::connect(*client, plain, length) == 0;
  if (!ok) give_up("loopback", {.code = Code::io, .message = "no connection"});
  Ends ends{.client = std::move(client), .server = Descriptor(::accept(*listener, nullptr, nullptr))};
  const int on = 1;
  for (const int end : {*ends.client, *ends.server}) ::setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ends;
}

bool send_all(int to, const char* bytes, std::size_t count) {
  for (std::size_t sent = 0; sent < count;) {
    const ssize_t more = ::send(to, bytes + sent, count - sent, MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += static_cast<std::size_t>(more);
  }
  return true;
}

/// Sends back whatever comes over `connections`, until all of them are closed by the other side.
void send_back(const std::vector<int>& connections) {
  const Descriptor ready(::epoll_create1(0));
  for (const int connection : connections) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = connection}};
    ::epoll_ctl(*ready, EPOLL_CTL_ADD, connection, &event);
  }
  std::array<char, 4096> buffer{};
  std::array<epoll_event, 128> events{};
  for (std::size_t open = connections.size(); open > 0;) {
    const int count = ::epoll_wait(*ready, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int connection = events[static_cast<std::size_t>(i)].data.fd;
      const ssize_t came = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (came > 0 && send_all(connection, buffer.data(), static_cast<std::size_t>(came))) continue;
      ::epoll_ctl(*ready, EPOLL_CTL_DEL, connection, nullptr);
      --open;
    }
  }
}

}  // namespace

double loopback_bytes_per_s(std::size_t piece, std::uint64_t bytes) {
  const Ends ends = connected();
  std::vector<char> sent(piece, 'x');
  std::vector<char> taken(piece);
  const Meter meter;
  std::thread taker([&] {
    for (std::uint64_t left = bytes; left > 0;) {
      const ssize_t came = ::recv(*ends.server, taken.data(), taken.size(), 0);
      if (came <= 0) return;
      left -= static_cast<std::uint64_t>(came);
    }
  });
  std::uint64_t left = bytes;
  for (; left > 0; left -= std::min<std::uint64_t>(left, piece)) {
    if (!send_all(*ends.client, sent.data(), std::min<std::uint64_t>(left, piece))) break;
  }
  taker.join();
  return static_cast<double>(bytes - left) / meter.wall_s();
}

double loopback_round_trips_per_s(std::size_t connections, std::size_t bytes, double seconds) {
  std::vector<Ends> all;
  std::array<std::vector<int>, kServers> served;
  for (std::size_t i = 0; i < connections; ++i) {
    all.push_back(connected());
    served[i % kServers].push_back(*all.back().server);
  }
  std::vector<std::thread> servers;
  for (const auto& some : served) servers.emplace_back([&some] { send_back(some); });
  std::atomic<std::uint64_t> trips = 0;
  std::vector<std::thread> clients;
  const Meter meter;
  for (const Ends& ends : all) {
    clients.emplace_back([&, client = *ends.client] {
      std::vector<char> buffer(bytes, 'x');
      std::uint64_t mine = 0;
      while (meter.wall_s() < seconds) {
        if (!send_all(client, buffer.data(), bytes)) break;
        if (::recv(client, buffer.data(), bytes, MSG_WAITALL) != static_cast<ssize_t>(bytes)) break;
        ++mine;
      }
      ::shutdown(client, SHUT_WR);
      trips += mine;
    });
  }
  for (std::thread& client : clients) client.join();
  const double wall_s = meter.wall_s();
  for (std::thread& server : servers) server.join();
  return static_cast<double>(trips.load()) / wall_s;
}

}  // namespace daybook::bench
