// Standard input and small files, read within bounds; a wait for input ends when the user interrupts.
//
// Threads: one at a time a reader. Owns: its buffer, not the descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/result.h"

namespace daybook::cli {

/// Reads a descriptor line by line.
class LineReader {
 public:
  LineReader(int descriptor, std::size_t line_bytes_max) : descriptor_(descriptor), line_bytes_max_(line_bytes_max) {}
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The next line without its end, valid until the next call; nullopt at the end of the input, or once interrupted()
  /// is true. Errors: `too_large`, `io`.
  [[nodiscard]] Result<std::optional<std::string_view>> next();
  /// The number of the line that next() gave last, from 1.
  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }

 private:
  int descriptor_;
  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t at_ = 0;  ///< Where the next line begins in buffer_.
  std::uint64_t line_number_ = 0;
  bool at_end_ = false;
};

/// Everything that `descriptor` gives, at most `bytes_max` (`too_large`). Interrupted: `closed`.
[[nodiscard]] Result<std::string> read_all(int descriptor, std::size_t bytes_max);
/// The bytes of a file, at most `bytes_max` (`too_large`). Errors name the file: `denied`, `io`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace daybook::cli
