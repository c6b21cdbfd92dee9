// A shell would be shorter, but quoting, NUL-safe input and telling a signal from an exit code are exactly what these
// tests are about; so the child is made with fork and exec, and its three pipes are served by one poll loop.
#include "tests/support/cli_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string_view>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() { close_end(0); }
  void close_write() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_of(const CliOptions& options) {
  std::vector<std::string> out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable(*at);
    if (!variable.starts_with("DAYBOOK_LOG=") && !variable.starts_with("DAYBOOK_SERVER=")) out.emplace_back(*at);
  }
  out.insert(out.end(), options.environment.begin(), options.environment.end());
  return out;
}

/// Reads what is there into `text`; false at the end.
bool drain(int descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t bytes = ::read(descriptor, buffer.data(), buffer.size());
  if (bytes > 0) text.append(buffer.data(), static_cast<std::size_t>(bytes));
  return bytes > 0 || (bytes < 0 && errno == EINTR);
}

void serve(Pipe& input, Pipe& out, Pipe& err, const std::string& text, CliResult& result) {
  std::size_t sent = 0;
  if (text.empty()) input.close_write();
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 3> waits{pollfd{input.ends[1], POLLOUT, 0}, pollfd{out.ends[0], POLLIN, 0},
                                pollfd{err.ends[0], POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[0].revents != 0) {
      const ssize_t bytes = ::write(input.ends[1], text.data() + sent, text.size() - sent);
      if (bytes > 0) sent += static_cast<std::size_t>(bytes);
      if ((bytes < 0 && errno != EAGAIN && errno != EINTR) || sent == text.size()) input.close_write();
    }
    if (waits[1].revents != 0 && !drain(out.ends[0], result.out)) out.close_read();
    if (waits[2].revents != 0 && !drain(err.ends[0], result.err)) err.close_read();
  }
}

CliResult run(std::vector<std::string> command, const CliOptions& options) {
  Pipe input;
  Pipe out;
  Pipe err;
  std::vector<std::string> environment = environment_of(options);
  const std::vector<char*> argv = pointers(command);
  const std::vector<char*> envp = pointers(environment);
  ::fcntl(input.ends[1], F_SETFL, O_NONBLOCK);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(input.ends[0], 0);
    ::dup2(out.ends[1], 1);
    ::dup2(err.ends[1], 2);
    std::signal(SIGPIPE, SIG_DFL);  // As a shell would start it.
    if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  input.close_read();
  out.close_write();
  err.close_write();
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  CliResult result;
  serve(input, out, err, options.input, result);
  std::signal(SIGPIPE, previous);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace

CliResult run_cli(const std::vector<std::string>& arguments, const CliOptions& options) {
  std::vector<std::string> command{DAYBOOK_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(std::move(command), options);
}

CliResult run_shell(const std::string& line, const CliOptions& options) {
  return run({"/bin/bash", "-c", std::string("daybook() { \"") + DAYBOOK_BINARY + "\" \"$@\"; }\n" + line}, options);
}

std::string directory_state(const std::string& directory) {
  return run_shell("cd '" + directory +
                   "' && find . -printf '%p %i %s %T@ %C@ %m\\n' | sort && find . -type f | sort | xargs sha256sum")
      .out;
}

ScratchDirectory::ScratchDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "daybook-test-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;  // Nothing is left to do about it.
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace daybook::test
