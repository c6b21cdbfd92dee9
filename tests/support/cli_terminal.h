// Runs the real binary on a pseudo-terminal, as a person would, and gives back what the terminal was sent.
//
// Threads: one at a time a run. Owns: the child process until it has ended.
#pragma once

#include <string>
#include <vector>

namespace daybook::test {

/// The terminal and what is around it. TERM is `xterm`, and NO_COLOR and TZ are absent, unless `environment` says
/// otherwise.
struct TerminalOptions {
  unsigned short columns = 60;
  std::vector<std::string> environment{};  ///< `NAME=VALUE`.
  std::string input{};                     ///< What is typed, at once.
  /// Standard output goes into a pipe, of which each piece is taken only when the terminal was silent for a moment; so
  /// the command is slowed down until a bar shows. Standard error stays on the terminal.
  bool slow_pipe = false;
};

/// What the terminal was sent, without carriage returns at line ends; ends with the command.
[[nodiscard]] std::string run_on_terminal(std::vector<std::string> arguments, const TerminalOptions& options = {});

}  // namespace daybook::test
