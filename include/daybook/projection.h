// Projections: a deterministic fold of events into state, run, checkpointed, rebuilt and recorded when it fails.
//
// Threads: a State and a ProjectionRunner, one at a time. Owns: a runner owns its projection's store.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/event.h"
#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/query.h"
#include "daybook/result.h"
#include "daybook/state.h"

namespace daybook {

/// A projection's definition. `apply` must be deterministic: the same events give the same state, byte for byte. An
/// error from it (`invalid`, with the reason) or an exception stops this projection at that event until it is run
/// again.
struct Projection {
  std::string name;            ///< 1..64 of `a-z 0-9 - _`; names its folder.
  std::uint32_t fold_version;  ///< Change it when `apply` or `query` changes: the state is then rebuilt.
  Query query{};               ///< Which events `apply` sees.
  /// Folds one event into the state.
  std::function<Result<void>(const EventView& event, State& state)> apply;
};

/// Bounds of a run.
struct RunnerOptions {
  std::size_t batch_events_max = 64 * 1024;  ///< 1..1Mi events between two checkpoints.
  /// 1 MiB..256 MiB of changed state between two checkpoints. Of all state, what is used most is held in memory: less
  /// than four times as much, and what one event changes.
  std::size_t batch_bytes_max = 16 * 1024 * 1024;
};

/// Runs one projection over one log: state and checkpoint move together, in one batch of the projection's store.
class ProjectionRunner {
 public:
  /// Opens or creates `directory` (usually DIR/projections/NAME). A state of another fold version, or a checkpoint
  /// that `log` does not hold, is thrown away and rebuilt. `busy` while another process runs it. The log outlives it.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionRunner>> open(Log& log, Projection projection,
                                                                      const std::filesystem::path& directory,
                                                                      const RunnerOptions& options = {});
  ~ProjectionRunner();
  ProjectionRunner(const ProjectionRunner&) = delete;
  ProjectionRunner& operator=(const ProjectionRunner&) = delete;

  /// Folds up to one batch of events and commits it. True: there is more before the head. False: at the head.
  /// Errors: `invalid` with the failing event's sequence, stream and reason, which is also put on record; `io`,
  /// `corruption`.
  [[nodiscard]] Result<bool> step();
  /// Steps through `through` or the head that it meets, whichever is lower. `progress` gets the sequence reached;
  /// false from it stops early, with what was folded committed.
  [[nodiscard]] Result<void> run(Sequence through = kSequenceMax,
                                 const std::function<bool(Sequence reached)>& progress = {});
  /// As run(), then follows the log until `stop` returns true (asked at least every 100 ms).
  [[nodiscard]] Result<void> follow(const std::function<bool()>& stop);

  /// As of the last step. Valid until the next call.
  [[nodiscard]] const ProjectionStatus& status() const;
  /// The state as of the checkpoint.
  [[nodiscard]] State& state();

  class Impl;

 private:
  explicit ProjectionRunner(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A projection's state opened for reading only, beside a running runner in any process; changes no byte.
class ProjectionReader {
 public:
  /// `not_found` where the projection never ran.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionReader>> open(const std::filesystem::path& directory);
  ~ProjectionReader();
  ProjectionReader(const ProjectionReader&) = delete;
  ProjectionReader& operator=(const ProjectionReader&) = delete;

  /// As of open(). Valid while the reader lives.
  [[nodiscard]] const ProjectionStatus& status() const;
  /// Read access; put and erase say `unsupported`.
  [[nodiscard]] State& state();

  class Impl;

 private:
  explicit ProjectionReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
