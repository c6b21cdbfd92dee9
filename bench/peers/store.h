// A place that keeps events, as the comparison sees it: daybook, and what users would pick instead.
//
// Threads: append() one call at a time a producer; all else one at a time. Owns: what it keeps.
#pragma once

#include <cstdint>
#include <string>

#include "daybook/event.h"

namespace daybook::bench {

/// Each exits the program where a step of it fails.
class Store {
 public:
  virtual ~Store() = default;
  /// With its version, as printed.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Whether it can refuse a commit by the version of its stream.
  [[nodiscard]] virtual bool checks_versions() const = 0;
  /// Whether fold() is measured.
  [[nodiscard]] virtual bool folds() const = 0;

  /// Forgets everything and gets ready for the producers 0 to `producers` - 1.
  virtual void begin(std::uint32_t producers) = 0;
  /// Appends all of `commit` or nothing, and returns when that is on disk.
  virtual void append(std::uint32_t producer, Commit commit) = 0;
  /// Waits for what is done behind the acknowledgements.
  virtual void finish() {}
  /// Reads everything, oldest first, looking at each event's sequence and data. Returns how many there were.
  [[nodiscard]] virtual std::uint64_t replay() = 0;
  /// Counts the events of each stream from the start, into a new state on disk, with a checkpoint every kFoldBatch
  /// events.
  virtual void fold() {}
};

/// Events between two checkpoints of a fold.
inline constexpr std::uint64_t kFoldBatch = 10'000;

}  // namespace daybook::bench
