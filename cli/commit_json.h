// A line of `append -`: an event or a commit in JSON.
//
// Threads: one at a time a reader.
#pragma once

#include <string>
#include <string_view>

#include "daybook/event.h"
#include "daybook/result.h"

#include "cli/json_door.h"

namespace daybook::cli {

/// Reads the two forms of docs/cli.md. Recorded fields (sequence, version, time) are ignored; every other unknown
/// field is `invalid`, named.
class CommitJson {
 public:
  /// The commit that `line` describes. `data` is kept byte for byte, without the blanks around it.
  [[nodiscard]] Result<Commit> parse(std::string_view line);

 private:
  JsonParser parser_;
};

}  // namespace daybook::cli
