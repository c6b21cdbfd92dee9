// Tables of what a hostile or tired user may type. Each case is a shell line in a directory with logs, mappings and
// inputs; it must end with the documented code and with clear lines on standard error, and leave every name, byte,
// inode and time of the directory as it was.
//
// Threads: one at a time. Owns: the directory, removed at the end.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/cli_run.h"

namespace daybook::test {

/// One case.
struct BadCase {
  std::string line;  ///< For the shell, with what names.sh in the directory defines.
  int exit_code;
  std::string says;           ///< Somewhere on standard error.
  std::size_t lines_max = 1;  ///< On standard error; at least one is there.
};

/// A mapping of the columns `id` and `v`.
extern const std::string kGoodMapping;

/// A directory in which things can be done wrongly: a good log `log`, damaged ones, and what is none.
class BadPlace {
 public:
  BadPlace();
  void write(const std::string& name, const std::string& text) const;
  /// Runs a shell line there; `daybook` is the binary under test.
  CliResult shell(const std::string& line) const;
  [[nodiscard]] std::string state() const { return directory_state(scratch_.path()); }

 private:
  ScratchDirectory scratch_;
};

/// Runs every case, checks what bad input must be like, and prints how many there were.
void check_bad_input(const BadPlace& place, const std::vector<BadCase>& cases);

}  // namespace daybook::test
