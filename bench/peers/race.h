// One timed run of producers that append to any store, each waiting for its append.
//
// Threads: the caller's, and one a producer while it runs. Owns: nothing.
#pragma once

#include "bench/append_run.h"
#include "bench/peers/store.h"

namespace daybook::bench {

/// Events a second that `store`, emptied before, takes from the producers of `plan` (which has none outstanding and no
/// pace), until finish() is done. Exits the program where the store then holds another number of events than it
/// acknowledged.
[[nodiscard]] double race(Store& store, const AppendPlan& plan);

/// Empties `store` and appends `events` events of the standard workload to it.
void fill(Store& store, std::uint64_t events);

}  // namespace daybook::bench
