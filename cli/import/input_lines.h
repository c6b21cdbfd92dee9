// The lines of an import's input: LF or CRLF, bounded; of one that is too long only the end is looked for.
//
// Threads: one at a time. Owns: nothing; borrows the window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/import/input_window.h"
#include "daybook/result.h"

namespace daybook::cli {

/// See above.
class InputLines {
 public:
  /// `window` outlives the lines.
  InputLines(InputWindow& window, std::size_t bytes_max) : window_(window), bytes_max_(bytes_max) {}

  /// Goes to the next line; false at the end. Errors as in InputSource::read.
  [[nodiscard]] Result<bool> next();
  /// The line without its end; after is_overlong() a part of it. InputWindow::kPaddingBytes readable bytes follow it.
  /// Valid until the next call.
  [[nodiscard]] std::string_view line() const { return line_; }
  /// Whether the line is longer than the bound.
  [[nodiscard]] bool is_overlong() const { return overlong_; }

 private:
  InputWindow& window_;
  const std::size_t bytes_max_;
  std::size_t consume_next_ = 0;
  bool overlong_ = false;
  std::string_view line_;
};

}  // namespace daybook::cli
