// A pseudo-terminal shows every byte that is sent, which a terminal emulator swallows: so this is for what must not be
// sent, and tmux (tests/support/tmux.h) for how it looks.
#include "tests/support/cli_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

constexpr int kSilenceMs = 20;

/// The master's end of a new terminal of `columns`.
int open_terminal(unsigned short columns) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(terminal >= 0);
  REQUIRE(::grantpt(terminal) == 0);
  REQUIRE(::unlockpt(terminal) == 0);
  const struct winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(::ioctl(terminal, TIOCSWINSZ, &size) == 0);
  return terminal;
}

[[noreturn]] void become_command(std::vector<std::string> arguments, const TerminalOptions& options,
                                 const std::string& terminal, int pipe_end) {
  arguments.insert(arguments.begin(), DAYBOOK_BINARY);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::setsid();
  const int screen = ::open(terminal.c_str(), O_RDWR);
  for (int descriptor = 0; descriptor < 3; ++descriptor) ::dup2(screen, descriptor);
  if (options.slow_pipe) ::dup2(pipe_end, STDOUT_FILENO);
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  ::unsetenv("TZ");
  std::vector<std::string> environment = options.environment;
  for (std::string& variable : environment) ::putenv(variable.data());
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

/// Adds what is there to `text`; false at the end.
bool drain(int descriptor, std::string& text) {
  std::array<char, 16384> bytes{};
  const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
  if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

}  // namespace

std::string run_on_terminal(std::vector<std::string> arguments, const TerminalOptions& options) {
  const int terminal = open_terminal(options.columns);
  const std::string name = ::ptsname(terminal);
  std::array<int, 2> pipe{-1, -1};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) become_command(std::move(arguments), options, name, pipe[1]);
  ::close(pipe[1]);
  const auto typed = ::write(terminal, options.input.data(), options.input.size());
  CHECK(typed == static_cast<ssize_t>(options.input.size()));
  std::string sent;
  std::string piped;
  bool open = true;
  while (open) {
    pollfd waiting{.fd = terminal, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, options.slow_pipe ? kSilenceMs : -1);
    if (ready > 0) open = drain(terminal, sent);  // EIO: the child has closed its end.
    if (ready == 0 && !drain(pipe[0], piped)) break;
  }
  while (open && drain(terminal, sent)) {
  }
  ::close(terminal);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string text;
  for (std::size_t at = 0; at < sent.size(); ++at) {
    const bool line_end = sent[at] == '\r' && at + 1 < sent.size() && sent[at + 1] == '\n';
    if (!line_end) text += sent[at];
  }
  return text;
}

}  // namespace daybook::test
