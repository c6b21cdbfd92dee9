// Writes frozen generations of the tail into the postings, each as one sorted file with its checkpoint.
//
// Threads: step() one at a time; the log's indexer thread calls it, a simulation may instead. Owns: nothing.
#pragma once

#include "log/core.h"

namespace daybook {

class Indexer {
 public:
  explicit Indexer(Core& core) : core_(core) {}

  /// Writes the oldest frozen generation. False: there is none. After an error the tail is as it was.
  [[nodiscard]] Result<bool> step();

 private:
  Core& core_;
};

}  // namespace daybook
