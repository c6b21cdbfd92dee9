// How long an event takes from the append call to a subscriber, at a given pace.
//
// Threads: the caller's, and the subscriber's while it runs. Owns: nothing.
#pragma once

#include "bench/measure.h"
#include "daybook/log.h"

namespace daybook::bench {

/// Appends single events to `producer` at a pace for `seconds` and follows `subscriber_log`, the same log; the latency
/// of each event. Exits the program where a step fails.
[[nodiscard]] Latencies tail_latencies(Log& producer, Log& subscriber_log, double events_per_s, double seconds);

}  // namespace daybook::bench
