// The daybook command, killed while it runs, as often as a test or who runs it wants.
//
// Threads: one at a time. Owns: the processes that it starts, until they have ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/child.h"

namespace daybook::test {

/// How often a test kills: `usual`, or DAYBOOK_KILLS, and says so.
[[nodiscard]] int kills_of_run(int usual);

/// A command line.
struct Command {
  std::vector<std::string> arguments;  ///< Behind `daybook`.
  std::string input{};                 ///< The file that is its standard input; empty: nothing to read.
};

/// Runs it and leaves it alone.
ChildEnd let_be(const Command& command);

/// Runs a command again and again, each time until a random moment of its progress.
class Killer {
 public:
  /// `took` is how long the command takes.
  Killer(std::mt19937_64& random, std::chrono::microseconds took) : random_(random), took_(took) {}
  /// Runs it and kills it, unless it has ended before, which must be with 0: at a random moment of the time that it
  /// takes or, where it prints up to `lines` lines, half of the times at one of these or shortly behind it.
  ChildEnd run_and_kill(const Command& command, std::size_t lines = 0);
  /// How many were killed.
  [[nodiscard]] int killed() const { return killed_; }

 private:
  std::uint64_t below(std::uint64_t end);

  std::mt19937_64& random_;
  std::chrono::microseconds took_;
  int killed_ = 0;
};

/// How long a command takes that must succeed.
[[nodiscard]] std::chrono::microseconds time_of(const Command& command);

}  // namespace daybook::test
