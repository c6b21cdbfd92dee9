// A line of `append -`, or of an import without a mapping: an event or a commit in JSON.
//
// Threads: one at a time a reader.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "daybook/event.h"
#include "daybook/result.h"

#include "cli/json_door.h"

namespace daybook::cli {

/// The longest line: a commit of 16 MiB fits, whatever is escaped or base64 in it.
inline constexpr std::size_t kCommitLineBytesMax = 64 * 1024 * 1024;

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
