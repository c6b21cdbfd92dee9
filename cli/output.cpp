// std::cout cannot tell a closed pipe from a full disk, and flushes at bad moments. Results go through write(2)
// instead: one system call per 64 KiB, and the errno decides between "the reader has seen enough" and a failure.
#include "cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/command.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kColumnsMin = 20;

}  // namespace

Output::Output(int descriptor)
    : descriptor_(descriptor), terminal_(::isatty(descriptor) == 1), style_(Style::of(descriptor)) {
  buffer_.reserve(kBufferBytes + kBufferBytes / 4);
}

// Asked anew each time: a window can be resized while a command runs.
int Output::columns() const {
  if (!terminal_) return 0;
  struct winsize window{};
  if (::ioctl(descriptor_, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return 80;
  return window.ws_col < kColumnsMin ? kColumnsMin : window.ws_col;
}

Output::~Output() {
  flush();
}

void Output::write(std::string_view text) {
  if (!ok()) return;
  buffer_.append(text);
  line_done();
}

void Output::line_done() {
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::size_t done = 0;
  while (ok() && done < buffer_.size()) {
    const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {  // An interrupted write goes on: the last line is to be complete.
      errno_ = errno;
    }
  }
  buffer_.clear();
}

int Output::finish(int exit_code) {
  flush();
  if (errno_ == 0) return exit_code;
  if (errno_ == EPIPE) return kExitOk;
  return report(Error{.code = Code::io,
                      .message = std::string("cannot write to standard output: ") + std::strerror(errno_) +
                                 "; free space or give it another place to go"});
}

}  // namespace daybook::cli
