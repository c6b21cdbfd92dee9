// Twenty lines instead of libsystemd, which would be loaded by every command. An address that begins with `@` is an
// abstract one: its first byte is a zero.
#include "cli/serve/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace daybook::cli {

Result<void> notify_service_manager(std::string_view lines) {
  const char* named = std::getenv("NOTIFY_SOCKET");
  if (named == nullptr || *named == '\0') return {};
  const std::string_view path(named);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((path.front() != '/' && path.front() != '@') || path.size() >= sizeof address.sun_path) {
    return fail(Code::invalid, "NOTIFY_SOCKET names no socket: " + std::string(path));
  }
  std::ranges::copy(path, std::begin(address.sun_path));
  if (path.front() == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return fail(Code::io, std::string("cannot make a socket: ") + std::strerror(errno));
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent =
      ::sendto(socket, lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
  const int error = errno;
  ::close(socket);
  if (sent < 0) return fail(Code::io, "cannot send to " + std::string(path) + ": " + std::strerror(error));
  return {};
}

}  // namespace daybook::cli
