// What must hold of a log whose writer was ended at any moment: everything acknowledged is there, nothing is there in
// part, and everything that says something about the events agrees with them.
//
// Threads: one at a time, in a child. Owns: nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "daybook/projection.h"
#include "tests/crash/workload.h"

namespace daybook::test {

/// Counts events a stream.
[[nodiscard]] Projection counting_projection();

/// Opens the log for writing, checks all that can be checked from outside, and closes it. A projection in the directory
/// `projection` (empty: none) goes on and must give the same state as a fold from the beginning. Empty, or what is
/// wrong.
[[nodiscard]] std::string check_log(const std::filesystem::path& directory, const Options& options,
                                    const std::vector<Acknowledgement>& acknowledged,
                                    const std::filesystem::path& projection = {});

}  // namespace daybook::test
