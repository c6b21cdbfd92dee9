// Replay: a projection folded anew from the log's first event, to look at how its state came about.
//
// Threads: one at a time. Owns: its state, which is nobody else's and goes with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "daybook/event.h"
#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/projection.h"
#include "daybook/result.h"

namespace daybook {

/// Bounds of a replay.
struct ReplayOptions {
  /// 1 MiB..16 GiB of state in memory. A state that outgrows it goes on in a folder of its own in `scratch`.
  std::size_t state_bytes_max = 256 * 1024 * 1024;
  std::filesystem::path scratch{};  ///< Where that folder is made; empty: the system's directory for such.
};

/// Folds with the runner's own step, so at every sequence its state equals, byte for byte, that of a ProjectionRunner
/// at this checkpoint. Neither reads nor changes the projection's folder.
class ProjectionReplay {
 public:
  /// Is told the last sequence folded, after each block; false stops there.
  using Progress = std::function<bool(Sequence reached)>;
  /// Is told each event that was folded, with the rows that it changed as they were before and as they are now, and
  /// nothing else in either State; false stops there. All of it is valid within the call only.
  using Changed = std::function<bool(const EventView& event, State& before, State& after)>;

  /// Stands before the first event. The log outlives it. `invalid`: a projection or an option that cannot be run.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionReplay>> open(Log& log, Projection projection,
                                                                      const ReplayOptions& options = {});
  /// Removes its folder, if it needed one.
  ~ProjectionReplay();
  ProjectionReplay(const ProjectionReplay&) = delete;
  ProjectionReplay& operator=(const ProjectionReplay&) = delete;

  /// Folds on through `through`, or the head that it meets where that is lower. Errors are those of a runner: `invalid`
  /// with the failing event's sequence, stream and reason; `corruption`, `io`. What came before is folded.
  [[nodiscard]] Result<void> run(Sequence through = kSequenceMax, const Progress& progress = {},
                                 const Changed& changed = {});

  /// The state holds every event through here.
  [[nodiscard]] Sequence reached() const;
  /// Events that apply has taken in.
  [[nodiscard]] std::uint64_t events() const;
  /// Set: it stands still before this event.
  [[nodiscard]] const std::optional<ProjectionFailure>& failure() const;
  /// The state; for reading.
  [[nodiscard]] State& state();

  class Impl;

 private:
  explicit ProjectionReplay(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
