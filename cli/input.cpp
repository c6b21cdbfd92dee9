// A blocked read() cannot be told apart from one that was interrupted just before it began; so every read waits in
// poll() for its descriptor and for the one that a signal makes readable.
#include "cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "cli/interrupt.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

/// Appends what is there to `buffer`, waiting for it; false at the end, or once interrupted.
Result<bool> read_some(int descriptor, std::string& buffer) {
  while (!interrupted()) {
    std::array<pollfd, 2> waits{pollfd{descriptor, POLLIN, 0}, pollfd{interrupt_descriptor(), POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (interrupted()) return false;
    const std::size_t before = buffer.size();
    buffer.resize(before + kChunkBytes);
    const ssize_t bytes = ::read(descriptor, buffer.data() + before, kChunkBytes);
    const int error = errno;
    buffer.resize(before + (bytes > 0 ? static_cast<std::size_t>(bytes) : 0));
    if (bytes >= 0) return bytes > 0;
    if (error != EINTR && error != EAGAIN) {
      return fail(Code::io, std::string("cannot read the input: ") + std::strerror(error));
    }
  }
  return false;
}

}  // namespace

Result<std::optional<std::string_view>> LineReader::next() {
  std::size_t searched = 0;  // Of the line; what was looked through once is not looked through again.
  while (true) {
    const std::size_t found = buffer_.find('\n', at_ + searched);
    const std::size_t end = found == std::string::npos ? buffer_.size() : found;
    if (end - at_ > line_bytes_max_) {
      ++line_number_;
      return fail(Code::too_large, "the line is longer than " + std::to_string(line_bytes_max_) + " bytes");
    }
    if (found != std::string::npos || (at_end_ && end > at_)) {
      const std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
      at_ = found == std::string::npos ? end : end + 1;
      ++line_number_;
      return line;
    }
    if (at_end_) return std::nullopt;
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    const Result<bool> more = read_some(descriptor_, buffer_);
    if (!more) return std::unexpected(more.error());
    if (interrupted()) return std::nullopt;  // Half a line is not taken for a whole one.
    at_end_ = !*more;
  }
}

Result<std::string> read_all(int descriptor, std::size_t bytes_max) {
  std::string bytes;
  while (bytes.size() <= bytes_max) {
    const Result<bool> more = read_some(descriptor, bytes);
    if (!more) return std::unexpected(more.error());
    if (interrupted()) return fail(Code::closed, "interrupted");
    if (!*more) return bytes;
  }
  return fail(Code::too_large, "more than " + std::to_string(bytes_max) + " bytes");
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == EACCES ? Code::denied : Code::io, "cannot open " + path + ": " + std::strerror(errno));
  }
  Result<std::string> bytes = read_all(descriptor, bytes_max);
  ::close(descriptor);
  if (!bytes) bytes.error().message = "cannot read " + path + ": " + bytes.error().message;
  return bytes;
}

}  // namespace daybook::cli
