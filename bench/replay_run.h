// One replay of a whole log.
//
// Threads: the caller's. Owns: nothing.
#pragma once

#include <cstdint>

#include "daybook/log.h"

namespace daybook::bench {

/// What a replay came to.
struct Replay {
  double events = 0;
  double bytes = 0;  ///< Of the blocks.
  double wall_s = 0;
  double cpu_s = 0;
};

/// Reads the whole log and looks at each event, as a consumer would; exits the program where that fails.
[[nodiscard]] Replay replay(Log& log);

/// The same by a subscription, as a server's consumers read, through the sequence `last`. Returns how many events came.
std::uint64_t follow(Log& log, Sequence last);

}  // namespace daybook::bench
