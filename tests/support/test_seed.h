// The seed of a random test: DAYBOOK_TEST_SEED where it is set, so that a run can be made again, else a new one.
//
// Threads: any. Owns: nothing.
#pragma once

#include <cstdint>

namespace daybook::test {

/// Prints the seed, with the way to use it again. Call it within a test case.
[[nodiscard]] std::uint64_t test_seed();

}  // namespace daybook::test
