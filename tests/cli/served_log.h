// A log that `daybook serve` serves from a process of its own, on a Unix socket.
//
// Threads: one at a time. Owns: the directory, removed at the end, and the server, killed at the end if it still runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

namespace daybook::test {

/// See above. The server is started by start(), and is ready when that returns.
class ServedLog {
 public:
  /// Starts the server, with these flags too; it writes only errors to the test's standard error.
  void start(const std::vector<std::string>& more = {});
  /// SIGTERM, and the exit code.
  int stop();
  /// SIGKILL, and waits for the end.
  void kill();
  [[nodiscard]] CliProcess& process() { return *process_; }

  /// The log's directory.
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  /// Where the server listens.
  [[nodiscard]] std::string address() const { return "unix:" + (scratch_ / "socket"); }
  /// A path beside them.
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  /// The line that it printed when it was ready.
  [[nodiscard]] const std::string& ready_line() const { return ready_line_; }

  /// Runs `daybook ARGUMENTS --server ADDRESS`.
  [[nodiscard]] CliResult remote(std::vector<std::string> arguments, const std::string& input = {}) const;
  /// Runs `daybook ARGUMENTS --log DIR`.
  [[nodiscard]] CliResult local(std::vector<std::string> arguments, const std::string& input = {}) const;
  /// Waits until the server's projections hold every event of the log.
  void catch_up() const;

 private:
  ScratchDirectory scratch_;
  std::unique_ptr<CliProcess> process_;
  std::string ready_line_;
};

/// The number behind `name` in a JSON line of ours.
[[nodiscard]] std::uint64_t number_in(const std::string& line, const std::string& name);

}  // namespace daybook::test
