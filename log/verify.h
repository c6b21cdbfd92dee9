// The full check: every block, and that the postings say what the blocks say.
//
// Threads: one at a time. Owns: nothing; memory is bounded by the number of buckets (one a million sequences).
#pragma once

#include <functional>

#include "daybook/statistics.h"
#include "log/core.h"

namespace daybook {

/// See Log::verify. `view` is consistent: head, store and tail belong together.
[[nodiscard]] Result<VerifyReport> verify_log(Core& core, const View& view,
                                              const std::function<bool(std::uint64_t, std::uint64_t)>& progress);

}  // namespace daybook
