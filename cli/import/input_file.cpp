// A pipe can be silent for hours, and a signal handler that restarts system calls would leave read() asleep. poll() is
// never restarted, and its timeout covers a signal that arrives just before it, so Ctrl-C always ends a wait.
#include "cli/import/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace daybook::cli {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr int kPollMilliseconds = 200;

std::unexpected<Error> io_error(const std::string& name, const char* what) {
  return fail(Code::io, name + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<InputFile>> InputFile::open(const std::string& path, StopRequested stop) {
  const bool is_standard_input = path == "-";
  const int descriptor = is_standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return io_error(path, "cannot be opened");
  std::unique_ptr<InputFile> file(
      new InputFile(descriptor, is_standard_input ? "standard input" : path, std::move(stop)));
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return io_error(file->name_, "cannot be examined");
  if (S_ISDIR(status.st_mode)) return fail(Code::io, file->name_ + ": is a directory; give a file");
  if (S_ISREG(status.st_mode)) file->bytes_total_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

InputFile::InputFile(int descriptor, std::string name, StopRequested stop)
    : descriptor_(descriptor), name_(std::move(name)), stop_(std::move(stop)), buffer_(kChunkBytes) {}

InputFile::~InputFile() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

Result<void> InputFile::wait_readable() {
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  while (true) {
    if (stop_ && stop_()) return fail(Code::closed, name_ + ": interrupted");
    const int ready = ::poll(&waiting, 1, kPollMilliseconds);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return io_error(name_, "cannot be waited for");
  }
}

Result<void> InputFile::fill(std::size_t bytes_min) {
  if (end_ - begin_ >= bytes_min || ended_) return {};
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  while (end_ < bytes_min && !ended_) {
    if (!bytes_total_) {
      if (auto ready = wait_readable(); !ready) return ready;
    }
    const ssize_t count = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return io_error(name_, "cannot be read");
    ended_ = count == 0;
    end_ += static_cast<std::size_t>(count);
    bytes_read_ += static_cast<std::uint64_t>(count);
  }
  return {};
}

}  // namespace daybook::cli
