// The part of the unpacked input that a reader looks at: bytes ahead, of which it consumes a record at a time.
//
// Threads: one at a time. Owns: its buffer (256 KiB, more only while a record is longer); borrows the source.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/import/input_source.h"
#include "daybook/result.h"

namespace daybook::cli {

/// The longest record that a reader takes: as much as an event's data may hold.
inline constexpr std::size_t kRecordBytesMax = 8 * 1024 * 1024;

/// See above.
class InputWindow {
 public:
  /// Bytes behind ahead() that may be read, though not used: simdjson reads whole vectors.
  static constexpr std::size_t kPaddingBytes = 64;

  /// `source` outlives the window.
  explicit InputWindow(InputSource& source);

  /// The bytes read and not consumed. Valid until more().
  [[nodiscard]] std::string_view ahead() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Makes ahead() longer; false at the end of the input. Errors as in InputSource::read.
  [[nodiscard]] Result<bool> more();
  /// Drops the first `count` bytes of ahead(), which stay readable until more().
  void consume(std::size_t count) { begin_ += count; }
  /// At the start of the input: drops a UTF-8 byte-order mark, which is no part of the first record.
  [[nodiscard]] Result<void> skip_byte_order_mark();
  /// The name of the input, for messages.
  [[nodiscard]] const std::string& name() const { return source_.file().name(); }

 private:
  InputSource& source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace daybook::cli
