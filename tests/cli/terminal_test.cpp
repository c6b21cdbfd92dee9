// What a person at a terminal sees: a header, colour unless it is unwanted, lines that fit, and nothing that an event's
// author could make the terminal do.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/visible_text.h"
#include "tests/support/cli_run.h"

using daybook::cli::display_width;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::ScratchDirectory;

namespace {

constexpr unsigned short kColumns = 60;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Runs the binary on a terminal of 60 columns and gives back what the terminal was sent, line ends as `\n`.
std::string run_on_terminal(std::vector<std::string> arguments, bool no_color = false) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(terminal >= 0);
  REQUIRE(::grantpt(terminal) == 0);
  REQUIRE(::unlockpt(terminal) == 0);
  const std::string name = ::ptsname(terminal);
  const struct winsize size{.ws_row = 24, .ws_col = kColumns, .ws_xpixel = 0, .ws_ypixel = 0};
  REQUIRE(::ioctl(terminal, TIOCSWINSZ, &size) == 0);
  arguments.insert(arguments.begin(), DAYBOOK_BINARY);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::setsid();
    const int screen = ::open(name.c_str(), O_RDWR);
    for (int descriptor = 0; descriptor < 3; ++descriptor) ::dup2(screen, descriptor);
    ::setenv("TERM", "xterm", 1);
    if (no_color) {
      ::setenv("NO_COLOR", "1", 1);
    } else {
      ::unsetenv("NO_COLOR");
    }
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  std::string sent;
  std::array<char, 4096> bytes{};
  while (true) {
    const ssize_t count = ::read(terminal, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;  // EIO: the child has closed its end.
    for (const char byte : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
      if (byte != '\r') sent += byte;
    }
  }
  ::close(terminal);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return sent;
}

/// A log with an event whose names and data try to take the terminal over.
class HostileLog {
 public:
  HostileLog() {
    const std::string lines =
        "{\"stream\":\"evil\xC2\x9B"
        "31m\",\"type\":\"t\",\"data\":{\"x\":\"\xC2\x9D"
        "0;title\"}}\n"
        R"({"stream":"long","type":"t","data":")" +
        std::string(200, 'y') +
        "\"}\n"
        R"({"stream":"raw","type":"t","dataBase64":"G1syShsKCg=="})"
        "\n";
    REQUIRE(run_cli({"append", "-", "--log", log()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }

 private:
  ScratchDirectory scratch_;
};

/// Without the colours that daybook itself uses.
std::string without_colour(std::string text) {
  for (const char* code : {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[36m"}) {
    for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code)) {
      text.erase(at, std::string_view(code).size());
    }
  }
  return text;
}

}  // namespace

TEST_CASE("terminal: tables have a bold header there, and none of that when piped or with NO_COLOR") {
  const HostileLog log;
  const std::string coloured = run_on_terminal({"streams", "--log", log.log()});
  CHECK(coloured.starts_with("\x1b[1mstream"));
  const std::string plain = run_on_terminal({"streams", "--log", log.log()}, true);
  CHECK(plain.starts_with("stream"));
  CHECK_FALSE(contains(plain, "\x1b"));
  CHECK_FALSE(contains(run_cli({"streams", "--log", log.log()}).out, "\x1b"));
}

TEST_CASE("terminal: lines of a table fit") {
  const HostileLog log;
  const std::vector<std::string> lines = lines_of(run_on_terminal({"read", "--log", log.log()}, true));
  REQUIRE(lines.size() == 4);
  for (const std::string& line : lines) CHECK(display_width(line) <= kColumns);
}

TEST_CASE("terminal: no event reaches it with a control character, as text or as JSON") {
  const HostileLog log;
  const std::vector<std::vector<std::string>> commands{
      {"read"},     {"read", "--json"}, {"get", "1"},         {"get", "1", "--json"},
      {"get", "3"}, {"streams"},        {"streams", "--json"}};
  for (std::vector<std::string> command : commands) {
    CAPTURE(command.front());
    command.insert(command.end(), {"--log", log.log()});
    const std::string sent = without_colour(run_on_terminal(command));
    CHECK_FALSE(sent.empty());
    CHECK_FALSE(contains(sent, "\x1b"));
    CHECK_FALSE(contains(sent, "\xC2\x9B"));
    CHECK_FALSE(contains(sent, "\xC2\x9D"));
  }
}

TEST_CASE("terminal: piped JSON keeps the data byte for byte") {
  const HostileLog log;
  CHECK(contains(run_cli({"get", "1", "--json", "--log", log.log()}).out,
                 "\"data\":{\"x\":\"\xC2\x9D"
                 "0;title\"}"));
}

TEST_CASE("terminal: errors name what was given without obeying it") {
  const std::string sent = run_on_terminal({"read", "--log", "\x1b[2Jnowhere"});
  CHECK_FALSE(contains(sent, "\x1b[2J"));
  CHECK(contains(sent, "\\u001b[2Jnowhere"));
}
