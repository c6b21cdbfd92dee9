// Each call tries the kernel first and waits for readiness only when the kernel says so (EAGAIN): most writes, and
// reads of a busy connection, cost one system call and no turn of Asio.
#include "net/socket_stream.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <algorithm>
#include <array>
#include <cerrno>

#include <kj/debug.h>
#include <kj/vector.h>
#include <boost/asio/ip/tcp.hpp>

namespace daybook::net {
namespace {

/// Pieces a system call. A message of the RPC has few segments; more go in several calls.
constexpr std::size_t kPiecesMax = 64;

[[noreturn]] void fail_with(int error, const char* doing) {
  const bool gone = error == ECONNRESET || error == EPIPE || error == ETIMEDOUT || error == ENOTCONN;
  const auto type = gone ? kj::Exception::Type::DISCONNECTED : kj::Exception::Type::FAILED;
  kj::throwFatalException(kj::Exception(type, __FILE__, __LINE__, kj::str(doing, ": ", ::strerror(error))));
}

class SocketStream final : public kj::AsyncIoStream {
 public:
  explicit SocketStream(Socket socket) : socket_(kj::mv(socket)) { socket_.native_non_blocking(true); }

  kj::Promise<std::size_t> tryRead(void* buffer, std::size_t least, std::size_t most) override {
    return read_on(static_cast<char*>(buffer), least, most, 0);
  }

  kj::Promise<void> write(const void* buffer, std::size_t bytes) override {
    const kj::ArrayPtr<const kj::byte> piece(static_cast<const kj::byte*>(buffer), bytes);
    return write_on(kj::arr(piece), 0);
  }

  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
    return write_on(kj::heapArray(pieces), 0);
  }

  kj::Promise<void> whenWriteDisconnected() override { return ready(Socket::wait_error); }

  void shutdownWrite() override { shut_down(Socket::shutdown_send); }
  void abortRead() override { shut_down(Socket::shutdown_receive); }

  kj::Maybe<int> getFd() const override { return const_cast<Socket&>(socket_).native_handle(); }

 private:
  kj::Promise<std::size_t> read_on(char* buffer, std::size_t least, std::size_t most, std::size_t done) {
    while (done < least || (done == 0 && most > 0)) {
      const ssize_t got = ::recv(socket_.native_handle(), buffer + done, most - done, 0);
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (got == 0) {
        break;
      } else if (errno == EAGAIN) {
        return ready(Socket::wait_read).then([this, buffer, least, most, done] {
          return read_on(buffer, least, most, done);
        });
      } else if (errno != EINTR) {
        fail_with(errno, "cannot read from the connection");
      }
    }
    return done;
  }

  /// Writes `pieces` from the one at `next` on. The pieces' bytes are the caller's and stay until the promise is done.
  kj::Promise<void> write_on(kj::Array<kj::ArrayPtr<const kj::byte>> pieces, std::size_t next) {
    while (next < pieces.size()) {
      const ssize_t sent = send_some(pieces.slice(next, pieces.size()));
      if (sent >= 0) {
        next = advance(pieces, next, static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        return ready(Socket::wait_write).then([this, pieces = kj::mv(pieces), next]() mutable {
          return write_on(kj::mv(pieces), next);
        });
      } else if (errno != EINTR) {
        fail_with(errno, "cannot write to the connection");
      }
    }
    return kj::READY_NOW;
  }

  ssize_t send_some(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) {
    std::array<iovec, kPiecesMax> vectors;
    const std::size_t count = std::min(pieces.size(), kPiecesMax);
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {.iov_base = const_cast<kj::byte*>(pieces[i].begin()), .iov_len = pieces[i].size()};
    }
    const msghdr message{.msg_name = nullptr,
                         .msg_namelen = 0,
                         .msg_iov = vectors.data(),
                         .msg_iovlen = count,
                         .msg_control = nullptr,
                         .msg_controllen = 0,
                         .msg_flags = 0};
    return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  }

  /// Takes `sent` bytes off the pieces from `next` on; returns the first that has bytes left.
  static std::size_t advance(kj::ArrayPtr<kj::ArrayPtr<const kj::byte>> pieces, std::size_t next, std::size_t sent) {
    while (next < pieces.size() && sent >= pieces[next].size()) sent -= pieces[next++].size();
    if (next < pieces.size()) pieces[next] = pieces[next].slice(sent, pieces[next].size());
    return next;
  }

  /// Done when the socket is ready; broken when the stream goes.
  kj::Promise<void> ready(Socket::wait_type what) {
    auto [promise, fulfiller] = kj::newPromiseAndFulfiller<void>();
    socket_.async_wait(what, [fulfiller = kj::mv(fulfiller)](const boost::system::error_code& error) mutable {
      if (!error) fulfiller->fulfill();
    });
    return kj::mv(promise);
  }

  void shut_down(Socket::shutdown_type what) {
    boost::system::error_code ignored;  // the other side may have gone first
    socket_.shutdown(what, ignored);
  }

  Socket socket_;
};

}  // namespace

kj::Own<kj::AsyncIoStream> make_socket_stream(Socket socket) {
  return kj::heap<SocketStream>(kj::mv(socket));
}

}  // namespace daybook::net
