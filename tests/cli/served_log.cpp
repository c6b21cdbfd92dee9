// The server says itself when clients may come, so nothing is waited for but its line.
#include "tests/cli/served_log.h"

#include <csignal>

#include <doctest/doctest.h>

namespace daybook::test {

void ServedLog::start(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"serve", "--log", log(), "--listen", address(), "--json", "--log-level", "error"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  process_ = std::make_unique<CliProcess>(arguments);
  const std::optional<std::string> line = process_->read_line();
  REQUIRE(line.has_value());
  ready_line_ = *line;
}

int ServedLog::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

void ServedLog::kill() {
  process_->signal(SIGKILL);
  CHECK(process_->wait() == 128 + SIGKILL);
}

CliResult ServedLog::remote(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.end(), {"--server", address()});
  return run_cli(arguments, {.input = input});
}

CliResult ServedLog::local(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.end(), {"--log", log()});
  return run_cli(arguments, {.input = input});
}

void ServedLog::catch_up() const {
  const std::string head = std::to_string(number_in(remote({"stats", "--json"}).out, "head"));
  for (const char* name : {"analytics", "inventory"}) {
    const CliResult result = remote({"projection", "query", name, "--at-least", head, "--timeout", "1m"});
    REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  }
}

std::uint64_t number_in(const std::string& line, const std::string& name) {
  const std::size_t at = line.find("\"" + name + "\":");
  REQUIRE_MESSAGE(at != std::string::npos, line);
  return std::stoull(line.substr(at + name.size() + 3));
}

}  // namespace daybook::test
