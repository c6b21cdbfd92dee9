// A fold as simple as a fold can be, for rows that measure what folding itself costs.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include "daybook/projection.h"

namespace daybook::bench {

/// Counts the events of each stream.
[[nodiscard]] Projection event_counts();

}  // namespace daybook::bench
