// Whole processes of `daybook`, timed as a person meets them.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include <string>
#include <vector>

namespace daybook::bench {

/// One finished process.
struct ProcessRun {
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mib = 0;
};

/// Runs `daybook ARGUMENTS` with its output thrown away; exits the program where that fails.
[[nodiscard]] ProcessRun run_daybook(const std::vector<std::string>& arguments);

}  // namespace daybook::bench
