// Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
//
// Threads: any. Owns: its random state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "base/mutex.h"
#include "daybook/clock.h"
#include "daybook/ids.h"

namespace daybook {

class IdGenerator {
 public:
  /// `seed` 0: entropy of the operating system.
  IdGenerator(const Clock& clock, std::uint64_t seed);

  [[nodiscard]] std::vector<Uuid> make(std::size_t count);

 private:
  const Clock& clock_;
  Mutex mutex_;
  std::mt19937_64 random_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook
