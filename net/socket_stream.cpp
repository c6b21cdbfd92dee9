// A write tries the kernel first and waits for readiness only when the kernel has no room (EAGAIN); a read waits first
// when the last one emptied the socket. So most writes, and most reads, cost one system call.
#include "net/socket_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "daybook/result.h"
#include "net/errors.h"
#include "net/kj_interface.h"

namespace daybook::net {
namespace {

/// Pieces a system call: eight kilobytes of stack.
constexpr std::size_t kPiecesMax = 512;

using Piece = kj::ArrayPtr<const kj::byte>;

/// Whatever it is, this connection is of no further use.
kj::Exception failure(const char* doing, int error) {
  return to_exception(Error{.code = Code::io, .message = std::string(doing) + ": " + std::strerror(error)});
}

DAYBOOK_KJ_INTERFACE_BEGIN
class SocketStream final : public kj::AsyncIoStream {
 public:
  explicit SocketStream(Socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;  // a socket that takes no options fails when it is used
    socket_.native_non_blocking(true, ignored);
    const int on = 1;
    static_cast<void>(::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  }

  kj::Promise<std::size_t> tryRead(void* buffer, std::size_t least, std::size_t most) override {
    return read_on(static_cast<char*>(buffer), least, most, 0);
  }

  kj::Promise<void> write(const void* buffer, std::size_t bytes) override {
    const Piece piece(static_cast<const kj::byte*>(buffer), bytes);
    return write_first(kj::arrayPtr(&piece, 1));
  }

  kj::Promise<void> write(kj::ArrayPtr<const Piece> pieces) override { return write_first(pieces); }

  kj::Promise<void> whenWriteDisconnected() override { return ready(Socket::wait_error); }

  void shutdownWrite() override { shut_down(Socket::shutdown_send); }
  void abortRead() override { shut_down(Socket::shutdown_receive); }

  kj::Maybe<int> getFd() const override { return const_cast<Socket&>(socket_).native_handle(); }

 private:
  kj::Promise<std::size_t> read_on(char* buffer, std::size_t least, std::size_t most, std::size_t done) {
    while (!emptied_) {
      const ssize_t got = ::recv(socket_.native_handle(), buffer + done, most - done, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno != EAGAIN) return failure("cannot read from the connection", errno);
      if (got == 0) return done;
      emptied_ = got < 0 || static_cast<std::size_t>(got) < most - done;
      if (got > 0) done += static_cast<std::size_t>(got);
      if (got > 0 && done >= least) return done;
    }
    return ready(Socket::wait_read).then([this, buffer, least, most, done] {
      emptied_ = false;
      return read_on(buffer, least, most, done);
    });
  }

  /// Writes what the kernel has room for; of the rest a list of our own, since the caller's is the caller's.
  kj::Promise<void> write_first(kj::ArrayPtr<const Piece> pieces) {
    std::size_t next = 0;
    while (next < pieces.size()) {
      ssize_t sent = send_some(pieces.slice(next, pieces.size()));
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno != EAGAIN) return failure("cannot write to the connection", errno);
      std::size_t left = sent < 0 ? 0 : static_cast<std::size_t>(sent);
      while (next < pieces.size() && left >= pieces[next].size()) left -= pieces[next++].size();
      if (left == 0 && sent >= 0) continue;
      auto rest = kj::heapArray(pieces.slice(next, pieces.size()));
      rest[0] = rest[0].slice(left, rest[0].size());
      return wait_and_write(kj::mv(rest), 0);
    }
    return kj::READY_NOW;
  }

  kj::Promise<void> wait_and_write(kj::Array<Piece> pieces, std::size_t next) {
    return ready(Socket::wait_write).then([this, pieces = kj::mv(pieces), next]() mutable {
      return write_on(kj::mv(pieces), next);
    });
  }

  /// Writes `pieces` from the one at `next` on. The pieces' bytes are the caller's and stay until the promise is done.
  kj::Promise<void> write_on(kj::Array<Piece> pieces, std::size_t next) {
    while (next < pieces.size()) {
      const ssize_t sent = send_some(pieces.slice(next, pieces.size()));
      if (sent >= 0) {
        std::size_t left = static_cast<std::size_t>(sent);
        while (next < pieces.size() && left >= pieces[next].size()) left -= pieces[next++].size();
        if (next < pieces.size()) pieces[next] = pieces[next].slice(left, pieces[next].size());
      } else if (errno == EAGAIN) {
        return wait_and_write(kj::mv(pieces), next);
      } else if (errno != EINTR) {
        return failure("cannot write to the connection", errno);
      }
    }
    return kj::READY_NOW;
  }

  ssize_t send_some(kj::ArrayPtr<const Piece> pieces) {
    std::array<iovec, kPiecesMax> vectors;
    const std::size_t count = std::min(pieces.size(), kPiecesMax);
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {.iov_base = const_cast<kj::byte*>(pieces[i].begin()), .iov_len = pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  }

  /// Done when the socket is ready. The handler holds nothing of this stream, which may go first.
  kj::Promise<void> ready(Socket::wait_type what) {
    auto pair = kj::newPromiseAndFulfiller<void>();
    socket_.async_wait(what, [fulfiller = kj::mv(pair.fulfiller)](const boost::system::error_code& error) mutable {
      if (!error) fulfiller->fulfill();
    });
    return kj::mv(pair.promise);
  }

  void shut_down(Socket::shutdown_type what) {
    boost::system::error_code ignored;  // the other side may have gone first
    socket_.shutdown(what, ignored);
  }

  Socket socket_;
  bool emptied_ = false;  ///< The last read took all that there was.
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace

kj::Own<kj::AsyncIoStream> make_socket_stream(Socket socket) {
  return kj::heap<SocketStream>(std::move(socket));
}

}  // namespace daybook::net
