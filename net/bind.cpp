// A Unix socket's file outlives a server that was killed. Only who connects can tell whether somebody listens behind
// it; a file that nobody listens behind is replaced, anything else is left alone.
#include "net/bind.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <cerrno>
#include <cstring>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace daybook::net {
namespace {

using boost::asio::ip::tcp;

/// Connections that the kernel keeps for us until they are accepted.
constexpr int kBacklog = 4096;

std::unexpected<Error> failed(const Address& address, int error) {
  const Code code = error == EADDRINUSE                 ? Code::busy
                    : error == EACCES || error == EPERM ? Code::denied
                    : error == EADDRNOTAVAIL || error == ENOENT || error == ENOTDIR || error == EAFNOSUPPORT
                        ? Code::invalid
                        : Code::io;
  return fail(code, "cannot listen on " + to_string(address) + ": " + std::strerror(error));
}

Descriptor stream_socket(int family) {
  return Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

Result<tcp::endpoint> endpoint_of(const Address& address) {
  boost::system::error_code error;
  if (const auto literal = boost::asio::ip::make_address(address.host, error); !error) {
    return tcp::endpoint(literal, address.port);
  }
  boost::asio::io_context context;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                      tcp::resolver::numeric_service | tcp::resolver::passive, error);
  if (!error && !found.empty()) return found.begin()->endpoint();
  return fail(Code::invalid,
              "cannot listen on " + to_string(address) + ": no address of that name: " + error.message());
}

Result<Bound> bind_tcp(const Address& address) {
  const auto wanted = endpoint_of(address);
  if (!wanted) return std::unexpected(wanted.error());
  const int family = wanted->protocol().family();
  Descriptor socket = stream_socket(family);
  if (!socket.open()) return failed(address, errno);
  const int on = 1;
  // A port that a server before had may be bound again at once; and [::] does not take what 0.0.0.0 may want.
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket.number(), wanted->data(), static_cast<socklen_t>(wanted->size())) != 0 ||
      ::listen(socket.number(), kBacklog) != 0) {
    return failed(address, errno);
  }
  tcp::endpoint bound = *wanted;
  socklen_t bytes = static_cast<socklen_t>(bound.capacity());
  if (::getsockname(socket.number(), bound.data(), &bytes) != 0) return failed(address, errno);
  return Bound{.descriptor = std::move(socket),
               .family = family,
               .address = {.host = bound.address().to_string(), .port = bound.port()}};
}

sockaddr_un path_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

/// Whether nobody listens behind the socket file at `path`.
bool left_behind(const std::string& path) {
  struct stat file{};
  if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const Descriptor probe = stream_socket(AF_UNIX);
  const sockaddr_un there = path_address(path);
  return ::connect(probe.number(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0 &&
         errno == ECONNREFUSED;
}

Result<Bound> bind_path(const Address& address) {
  const sockaddr_un there = path_address(address.path);
  Descriptor socket = stream_socket(AF_UNIX);
  if (!socket.open()) return failed(address, errno);
  // Before it is bound, so that the file never has another mode; the umask could only take from it.
  if (::fchmod(socket.number(), S_IRUSR | S_IWUSR) != 0) return failed(address, errno);
  const auto bind_it = [&] {
    return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
  };
  if (!bind_it()) {
    if (errno != EADDRINUSE) return failed(address, errno);
    struct stat file{};
    if (::lstat(address.path.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode)) {
      return fail(Code::invalid, "cannot listen on " + to_string(address) + ": there is a file that is no socket");
    }
    if (!left_behind(address.path)) return failed(address, EADDRINUSE);
    if (::unlink(address.path.c_str()) != 0 || !bind_it()) return failed(address, errno);
  }
  struct stat file{};
  if (::lstat(address.path.c_str(), &file) != 0 || ::listen(socket.number(), kBacklog) != 0) {
    return failed(address, errno);
  }
  return Bound{.descriptor = std::move(socket),
               .family = AF_UNIX,
               .address = address,
               .file_device = file.st_dev,
               .file_number = file.st_ino};
}

}  // namespace

Result<Bound> bind_and_listen(const Address& address) {
  return address.path.empty() ? bind_tcp(address) : bind_path(address);
}

void remove_socket_file(const Bound& bound) {
  struct stat file{};
  const std::string& path = bound.address.path;
  if (path.empty() || ::lstat(path.c_str(), &file) != 0) return;
  if (file.st_dev == bound.file_device && file.st_ino == bound.file_number) ::unlink(path.c_str());
}

}  // namespace daybook::net
