// The binary under test while it runs: for signals and for conversations over its pipes.
//
// Threads: one at a time. Owns: the child process; the destructor kills it if it still runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace daybook::test {

/// A running daybook whose standard input and output are pipes; its standard error is the test's.
class CliProcess {
 public:
  explicit CliProcess(const std::vector<std::string>& arguments);
  ~CliProcess();
  CliProcess(const CliProcess&) = delete;
  CliProcess& operator=(const CliProcess&) = delete;

  /// Sends `text` to its standard input.
  void send(const std::string& text);
  void close_input();
  /// The next line that it prints, without its end; waits for it. Nullopt at the end of its output.
  [[nodiscard]] std::optional<std::string> read_line();
  /// Whether read_line() has an answer within `wait`.
  [[nodiscard]] bool wait_for_line(std::chrono::milliseconds wait);
  /// Everything that it still prints, line ends included.
  [[nodiscard]] std::string read_rest();
  /// Closes the reading end of its standard output.
  void close_output();
  void signal(int number);
  [[nodiscard]] pid_t pid() const { return child_; }
  /// Waits for its end: the exit code as a shell shows it.
  [[nodiscard]] int wait();

 private:
  bool read_more();

  pid_t child_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string buffer_;
};

}  // namespace daybook::test
