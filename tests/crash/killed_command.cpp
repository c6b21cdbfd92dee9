// The moment is random in time, not at a call: so kills also come between two calls, and from outside.
#include "tests/crash/killed_command.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <doctest/doctest.h>

namespace daybook::test {
namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<Child> start(const Command& command) {
  return std::make_unique<Child>([&command](const Pipe& pipe) {
    std::vector<std::string> words{DAYBOOK_BINARY};
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int input = ::open(command.input.empty() ? "/dev/null" : command.input.c_str(), O_RDONLY | O_CLOEXEC);
    if (input < 0 || ::dup2(input, STDIN_FILENO) < 0) ::_exit(127);
    pipe.become_output();
    ::execv(argv[0], argv.data());
    ::_exit(127);
  });
}

}  // namespace

int kills_of_run(int usual) {
  const char* const given = std::getenv("DAYBOOK_KILLS");
  const int kills = given != nullptr ? std::stoi(given) : usual;
  MESSAGE("DAYBOOK_KILLS=" << kills);
  return kills;
}

ChildEnd let_be(const Command& command) {
  return start(command)->end();
}

std::uint64_t Killer::below(std::uint64_t end) {
  return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_);
}

ChildEnd Killer::run_and_kill(const Command& command, std::size_t lines) {
  std::size_t line = 0;
  auto wait_us = below(static_cast<std::uint64_t>(took_.count()) + 1);
  if (lines > 0 && below(2) == 0) {
    line = 1 + below(lines);
    wait_us = below(2) * wait_us / 4;
  }
  const auto child = start(command);
  bool runs = true;
  while (runs && std::ranges::count(child->said(), '\n') < static_cast<std::ptrdiff_t>(line)) {
    runs = child->listen(std::chrono::seconds(1));
  }
  const auto moment = Clock::now() + std::chrono::microseconds(wait_us);
  while (runs && Clock::now() < moment) {
    runs = child->listen(std::chrono::duration_cast<std::chrono::microseconds>(moment - Clock::now()));
  }
  child->kill();
  ChildEnd ended = child->end();
  CAPTURE(ended.trouble());
  REQUIRE((ended.signal == SIGKILL || ended.exit_code == 0));
  killed_ += ended.signal == SIGKILL ? 1 : 0;
  return ended;
}

std::chrono::microseconds time_of(const Command& command) {
  const auto began = Clock::now();
  REQUIRE(let_be(command).trouble() == "");
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
}

}  // namespace daybook::test
