// A small log that the tests of projections share.
//
// Threads: one at a time. Owns: the log's directory, which is removed at the end.
#pragma once

#include <string>
#include <vector>

#include "tests/support/cli_run.h"

namespace daybook::test {

/// A log of two orders, a cancellation, a delivery and a write-off.
class ShopLog {
 public:
  ShopLog();
  /// Appends one event.
  void append(const std::string& stream, const std::string& type, const std::string& data) const;
  /// The log's directory.
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  /// Runs `daybook ARGUMENTS --log LOG`.
  [[nodiscard]] CliResult run(std::vector<std::string> arguments) const;
  /// Runs `daybook projection ARGUMENTS --log LOG`.
  [[nodiscard]] CliResult projection(std::vector<std::string> arguments) const;
  /// Runs both projections.
  void run_both() const;
  /// Name, inode, size, times and content of everything in the directory but what stands under `pruned`.
  [[nodiscard]] std::string fingerprint(const std::string& pruned) const;

 private:
  ScratchDirectory scratch_;
};

}  // namespace daybook::test
