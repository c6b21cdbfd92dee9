// A signal test has to know that the command has come to a certain point. It knows by what the command printed; there
// are no sleeps.
#include "tests/support/cli_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <doctest/doctest.h>

namespace daybook::test {

CliProcess::CliProcess(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{DAYBOOK_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : command) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
  child_ = ::fork();
  REQUIRE(child_ >= 0);
  if (child_ == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  output_ = out[0];
}

CliProcess::~CliProcess() {
  close_input();
  close_output();
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    static_cast<void>(wait());
  }
}

void CliProcess::send(const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t bytes = ::write(input_, text.data() + sent, text.size() - sent);
    REQUIRE(bytes > 0);
    sent += static_cast<std::size_t>(bytes);
  }
}

void CliProcess::close_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

void CliProcess::close_output() {
  if (output_ >= 0) ::close(output_);
  output_ = -1;
}

bool CliProcess::read_more() {
  std::array<char, 4096> bytes{};
  const ssize_t count = ::read(output_, bytes.data(), bytes.size());
  if (count > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

std::optional<std::string> CliProcess::read_line() {
  while (buffer_.find('\n') == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  const std::size_t end = buffer_.find('\n');
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

bool CliProcess::wait_for_line(std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (buffer_.find('\n') == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    if (left.count() < 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) return false;
    if (!read_more()) return true;
  }
  return true;
}

std::string CliProcess::read_rest() {
  while (read_more()) {
  }
  return std::move(buffer_);
}

void CliProcess::signal(int number) {
  REQUIRE(::kill(child_, number) == 0);
}

int CliProcess::wait() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace daybook::test
