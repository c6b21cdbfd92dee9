// Runs the real binary as a user would, and gives back what it printed.
//
// Threads: one at a time a run. Owns: the child process until it has ended.
#pragma once

#include <string>
#include <vector>

namespace daybook::test {

/// What a command left behind.
struct CliResult {
  int exit_code = -1;  ///< As a shell shows it: 128 + N where signal N ended it.
  std::string out;
  std::string err;
};

/// How to run it.
struct CliOptions {
  std::string input{};                     ///< Its standard input; the pipe is closed behind it.
  std::vector<std::string> environment{};  ///< `NAME=VALUE` beside the inherited ones; DAYBOOK_LOG and _SERVER are not.
  std::string directory{};                 ///< Where it starts; empty: here.
};

/// Runs DAYBOOK_BINARY with `arguments` and waits for its end. Standard output and error are pipes.
[[nodiscard]] CliResult run_cli(const std::vector<std::string>& arguments, const CliOptions& options = {});
/// The same for a shell command line in which `daybook` is the binary under test.
[[nodiscard]] CliResult run_shell(const std::string& line, const CliOptions& options = {});

/// Name, inode, size, times, mode and content of everything in a directory: equal texts mean that nothing was touched.
[[nodiscard]] std::string directory_state(const std::string& directory);

/// A directory that is deleted with everything in it at the end of its life.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path of `name` within.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The lines of `text`, without their ends.
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
[[nodiscard]] bool contains(const std::string& text, const std::string& part);

}  // namespace daybook::test
