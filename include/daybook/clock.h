// Time as a dependency, so that a simulation can be the one who says what time it is.
//
// Threads: any.
#pragma once

#include <chrono>

#include "daybook/ids.h"

namespace daybook {

/// Where a log takes time from. Implementations are safe to call from any thread and never block.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time, UTC. May jump; the log makes recorded times never decrease.
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Monotonic time, for deadlines.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;

  /// The operating system's clocks; lives as long as the process.
  [[nodiscard]] static const Clock& system();
};

}  // namespace daybook
