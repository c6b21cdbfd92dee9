// A log in memory, a folder for states, and a small projection that counts: what a runner is tested with.
//
// Threads: one at a time. Owns: the log and the folder, which is removed at the end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "daybook/projection.h"
#include "tests/projections/fold_fixture.h"
#include "tests/support/cli_run.h"

namespace daybook::test {

/// Counts events by stream and by type, and remembers each data once. Data that begins with `bad` is refused after its
/// first change.
[[nodiscard]] Projection counting(std::uint32_t fold_version = 1, std::string name = "counting");

/// See above.
class RunnerFixture {
 public:
  RunnerFixture() : log_(new_log()) {}

  [[nodiscard]] Log& log() { return *log_; }
  /// Appends one commit of events with this data, of type `Counted` unless said.
  void append(const std::vector<std::string>& data, const std::string& type = "Counted");
  /// Another log takes the place of this one.
  void replace_log() { log_ = new_log(); }
  [[nodiscard]] std::filesystem::path folder(const std::string& name = "state") const { return scratch_ / name; }
  /// A runner that must open.
  [[nodiscard]] std::unique_ptr<ProjectionRunner> open(Projection projection = counting(),
                                                       const RunnerOptions& options = {},
                                                       const std::string& name = "state");
  /// What a fold of the log through `through` gives, without runner or store.
  [[nodiscard]] Rows expected(const Projection& projection, Sequence through);

 private:
  [[nodiscard]] static std::unique_ptr<Log> new_log();

  ScratchDirectory scratch_;
  std::unique_ptr<Log> log_;
};

}  // namespace daybook::test
