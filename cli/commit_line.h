// A commit as a line of `export`, which `import` takes back: `{"key":UUID,"events":[EVENT,...]}`.
//
// Threads: one at a time. Owns: the writer of events.
#pragma once

#include <string>

#include "daybook/block.h"

#include "cli/event_json.h"
#include "cli/output.h"

namespace daybook::cli {

/// Writes whole blocks, a line a commit.
class CommitLines {
 public:
  /// `output` outlives it.
  explicit CommitLines(Output& output) : output_(output), events_(output.terminal()) {}
  /// A key that import makes itself of the first event's id is left out.
  void write(const Block& block);

 private:
  Output& output_;
  EventJson events_;
};

}  // namespace daybook::cli
