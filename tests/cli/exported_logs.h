// Logs in a scratch directory that go out by `export` and come in by `import`, through the real binary.
//
// Threads: one at a time. Owns: the directory, removed at the end.
#pragma once

#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/support/cli_run.h"

namespace daybook::test {

/// An export without the one thing that a copy may not have: when it was recorded.
[[nodiscard]] std::string without_time(const std::string& lines);

/// See above.
class Logs {
 public:
  void append(const std::string& log, const std::vector<Commit>& commits) const;
  [[nodiscard]] std::string exported(const std::string& log) const;
  CliResult import(const std::string& log, const std::string& lines, const std::vector<std::string>& more = {}) const;
  /// `export --log FROM | PIPE | import - --log TO`.
  CliResult copy(const std::string& from, const std::string& to, const std::string& pipe = "cat") const;
  /// Both export the same, but for the time.
  void check_equal(const std::string& a, const std::string& b) const;
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }

 private:
  ScratchDirectory scratch_;
};

}  // namespace daybook::test
