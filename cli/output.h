// Standard output, buffered: results leave in large writes, and a closed pipe is an ordinary end.
//
// Threads: one at a time. Owns: its buffer, not the descriptor.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>

#include "cli/style.h"

namespace daybook::cli {

/// Collects what a command prints. Nothing is lost silently: finish() says whether all of it was written.
class Output {
 public:
  explicit Output(int descriptor = STDOUT_FILENO);
  /// Flushes what is left.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Adds `text`; writes when 64 KiB have come together.
  void write(std::string_view text);
  /// The buffer, to build a line in place; call line_done() after each.
  [[nodiscard]] std::string& buffer() { return buffer_; }
  /// Writes the buffer when it is full. To be called at line ends.
  void line_done();
  /// Writes everything now.
  void flush();
  /// False once the reader has closed the pipe or a write failed: there is no use in going on.
  [[nodiscard]] bool ok() const { return errno_ == 0; }
  /// Whether it goes to a terminal.
  [[nodiscard]] bool terminal() const { return terminal_; }
  /// Columns that the terminal has now; 0 where it is none.
  [[nodiscard]] int columns() const;
  /// How what goes there is coloured, if at all.
  [[nodiscard]] const Style& style() const { return style_; }
  /// Flushes and gives the command's exit code: `exit_code`; 0 when the reader closed the pipe; 3, with a line on
  /// stderr, when writing failed.
  [[nodiscard]] int finish(int exit_code);

 private:
  int descriptor_;
  int errno_ = 0;
  bool terminal_;
  Style style_;
  std::string buffer_;
};

}  // namespace daybook::cli
