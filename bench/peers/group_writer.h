// Group commit for a store that has one writer at a time: whoever comes first writes for all who wait.
//
// Threads: any. Owns: nothing but the queue, which holds at most one commit a thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "daybook/event.h"

namespace daybook::bench {

class GroupWriter {
 public:
  /// `write` makes all of the commits durable, in order; one call at a time.
  explicit GroupWriter(std::function<void(const std::vector<const Commit*>&)> write) : write_(std::move(write)) {}
  /// Returns when a call of `write` that had `commit` has returned.
  void append(const Commit& commit);

 private:
  std::function<void(const std::vector<const Commit*>&)> write_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<const Commit*> waiting_;  ///< Under mutex_, as all below.
  std::uint64_t queued_ = 0;            ///< Commits ever, in the order of `waiting_`.
  std::uint64_t written_ = 0;           ///< So many of them.
  bool writing_ = false;
};

}  // namespace daybook::bench
