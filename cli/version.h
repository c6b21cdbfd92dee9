// What `--version` prints.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string>

namespace daybook::cli {

/// `daybook 0.1.0`, the format version, and what it is made with, a line each; or one JSON object. No line end.
[[nodiscard]] std::string version_text(bool json);

}  // namespace daybook::cli
