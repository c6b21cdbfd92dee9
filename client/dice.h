// The client's randomness: idempotency keys, and jitter so that clients do not come back all at once.
//
// Threads: any. Owns: its random state.
#pragma once

#include <cstdint>
#include <random>

#include "base/mutex.h"
#include "daybook/ids.h"

namespace daybook::client {

class Dice {
 public:
  /// `seed` 0: entropy of the operating system.
  explicit Dice(std::uint64_t seed);

  /// A UUID of version 4 (RFC 9562).
  [[nodiscard]] IdempotencyKey key();
  /// From 0.5 to 1.
  [[nodiscard]] double jitter();

 private:
  Mutex mutex_;
  std::mt19937_64 random_ DAYBOOK_GUARDED_BY(mutex_);
};

}  // namespace daybook::client
