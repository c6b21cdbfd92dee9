// What is in the golden logs: appended by the program that made them, expected by the test that opens them.
//
// Threads: values; any.
#pragma once

#include <string>
#include <vector>

#include "daybook/log.h"

namespace daybook::test {

/// The commits of every golden log, in order. Each field of an event and of a commit occurs, present and absent.
[[nodiscard]] std::vector<Commit> golden_commits();

/// Everything that a consumer sees of an event, in one line.
[[nodiscard]] std::string golden_line(const EventView& event);

}  // namespace daybook::test
