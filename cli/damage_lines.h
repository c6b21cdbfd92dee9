// What is wrong with a log, a line each: for a person, and as JSON.
//
// Threads: the main thread. Owns: nothing.
#pragma once

#include <vector>

#include "daybook/statistics.h"

#include "cli/output.h"

namespace daybook::cli {

/// Prints a line a finding: `damage  sequence 7, log/000012.sst: ...`, or
/// `{"sequence":7,"file":"log/000012.sst","part":"events","message":"..."}`.
void print_damage(Output& output, const std::vector<Damage>& damage, bool json);

}  // namespace daybook::cli
