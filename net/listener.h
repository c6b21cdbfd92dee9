// Where connections come in: one address, accepted on one loop, handed out to several in turn.
//
// Threads: made, used and destroyed on its loop's; ConnectionCount from any. Owns: the listening socket, and for a Unix
// socket the file.
#pragma once

#include <kj/async.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "daybook/result.h"
#include "net/address.h"
#include "net/bind.h"
#include "net/loop.h"
#include "net/socket_stream.h"

namespace daybook::net {

/// How many connections there are, of all listeners of a server together. Outlives its tickets. Any thread.
class ConnectionCount {
 public:
  /// One connection's place; gives it back. Moves; any thread.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (count_ != nullptr) count_->now_.fetch_sub(1);
    }

   private:
    friend class ConnectionCount;
    explicit Ticket(ConnectionCount& count) : count_(&count) {}
    ConnectionCount* count_;
  };

  /// At most `most` at a time.
  explicit ConnectionCount(std::size_t most) : most_(most) {}
  ConnectionCount(const ConnectionCount&) = delete;
  ConnectionCount& operator=(const ConnectionCount&) = delete;

  /// A place, where there is one.
  [[nodiscard]] std::optional<Ticket> take();
  /// Places taken.
  [[nodiscard]] std::size_t now() const { return now_.load(); }
  /// Places there are.
  [[nodiscard]] std::size_t most() const { return most_; }

 private:
  std::size_t most_;
  std::atomic<std::size_t> now_ = 0;
};

/// Takes over a socket that came in. Called on the thread of `loop`, which the socket is of. Destroy `ticket` with the
/// connection.
using Welcome = std::function<void(Loop& loop, Socket socket, ConnectionCount::Ticket ticket)>;

/// One address that is listened on. A connection beyond the count is accepted and closed at once, and the log says so,
/// at most once in ten seconds; out of descriptors, accepting rests for a tenth of a second.
class Listener {
 public:
  /// Listens. `loop` is this thread's; `loops` (at least one; may hold `loop`), `count` and `welcome` outlive the
  /// listener and the loops' threads. `welcome` is called from the threads of `loops`, several at a time. May block: a
  /// name is looked up. A Unix socket gets mode 0600; its file, if left by a server that is gone, is replaced. Fails
  /// with `busy` (somebody listens there), `invalid` (no such address here; a path too long, or of something that is no
  /// socket), `denied`, `io`.
  [[nodiscard]] static Result<std::unique_ptr<Listener>> open(Loop& loop, std::span<Loop* const> loops,
                                                              const Address& address, ConnectionCount& count,
                                                              const Welcome& welcome);
  /// Stops accepting, and removes the Unix socket's file if it is still this one's.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// What is listened on: with the IP address and the port that it came to.
  [[nodiscard]] const Address& address() const { return bound_.address; }

 private:
  Listener(Loop& loop, std::span<Loop* const> loops, Bound bound, ConnectionCount& count, const Welcome& welcome);

  kj::Promise<void> accept_on();
  /// Takes what has come; how long to rest before the next.
  std::chrono::milliseconds accept_some();
  void hand_over(int number);
  void warn(const std::string& what, const char* now);

  Loop& loop_;
  std::vector<Loop*> loops_;
  Bound bound_;
  ConnectionCount& count_;
  const Welcome& welcome_;
  boost::asio::posix::stream_descriptor socket_;
  std::size_t next_ = 0;      ///< Loop that gets the next socket.
  std::uint64_t unsaid_ = 0;  ///< Refusals since the last line in the log.
  std::optional<std::chrono::steady_clock::time_point> said_;
  kj::Promise<void> accepting_ = nullptr;
};

}  // namespace daybook::net
