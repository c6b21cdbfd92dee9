// Tries harms on a subject, each with a reader and then with a writer, in child processes side by side.
//
// Threads: one; it forks, so its process opens no log. Owns: nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/file_harm.h"

namespace daybook::test {

/// What came of all of them.
struct SweepReport {
  std::map<std::string, std::uint64_t> tally;  ///< `KIND, reader|writer: reads the same|names it|cuts it and says so`.
  std::vector<std::string> wrong;              ///< Each harm after which something happened that must never happen.
};

/// Tries the harms with `numbers`. `progress` is told how many are done, now and then.
[[nodiscard]] SweepReport sweep(const DamageSubject& subject, const Harms& harms,
                                const std::vector<std::uint64_t>& numbers,
                                const std::function<void(std::uint64_t done)>& progress = {});

}  // namespace daybook::test
