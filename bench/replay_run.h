// One replay of a whole log.
//
// Threads: the caller's. Owns: nothing.
#pragma once

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

}  // namespace daybook::bench
