// Standard error goes to a file without a name: a pipe would have to be read while the child runs, or it would block.
#include "tests/crash/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <doctest/doctest.h>

#ifdef DAYBOOK_COVERAGE
extern "C" void __gcov_dump(void);  // of gcov
#endif

namespace daybook::test {
namespace {

std::string text_of_file(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer;
  off_t at = 0;
  while (true) {
    const ssize_t got = ::pread(descriptor, buffer.data(), buffer.size(), at);
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    at += got;
  }
}

}  // namespace

std::string ChildEnd::trouble() const {
  if (exit_code == 0) return {};
  if (signal == SIGALRM) return "it hangs; stderr: " + errors;
  if (signal != 0) return "ended by signal " + std::to_string(signal) + "; stderr: " + errors;
  return "exit code " + std::to_string(exit_code) + "; stderr: " + errors;
}

void Pipe::say(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ::_exit(3);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Pipe::become_output() const {
  if (::dup2(descriptor_, STDOUT_FILENO) < 0) ::_exit(3);
}

Child::Child(const std::function<void(const Pipe&)>& body) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  errors_ = ::memfd_create("child-errors", MFD_CLOEXEC);
  REQUIRE(errors_ >= 0);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    // doctest catches signals to name the test; here they end the child, which is what is looked at.
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTERM}) ::signal(signal, SIG_DFL);
    ::close(ends[0]);
    ::dup2(errors_, STDERR_FILENO);
    ::alarm(static_cast<unsigned>(kChildTime.count()));
    body(Pipe(ends[1]));
#ifdef DAYBOOK_COVERAGE
    ::__gcov_dump();  // What the child ran counts too; _exit() alone drops it.
#endif
    ::_exit(0);
  }
  ::close(ends[1]);
  from_child_ = ends[0];
}

Child::~Child() {
  if (!ended_) {
    kill();
    end();
  }
}

bool Child::listen(std::chrono::microseconds wait) {
  if (wait.count() < 0) return true;
  pollfd ready{.fd = from_child_, .events = POLLIN, .revents = 0};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
  const timespec limit{.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(wait - seconds).count()};
  const int count = ::ppoll(&ready, 1, &limit, nullptr);
  if (count <= 0) return true;
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(from_child_, buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  end_.said.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

void Child::kill() {
  ::kill(pid_, SIGKILL);
}

ChildEnd Child::end() {
  if (ended_) return end_;
  while (listen(std::chrono::milliseconds(1000))) {
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
  end_.errors = text_of_file(errors_);
  ::close(from_child_);
  ::close(errors_);
  return end_;
}

ChildEnd in_child(const std::function<void(const Pipe&)>& body) {
  return Child(body).end();
}

}  // namespace daybook::test
