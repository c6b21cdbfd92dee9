// The bytes of an input as the operating system gives them: a file, a pipe or standard input, a chunk at a time.
//
// Threads: one at a time. Owns: the descriptor (not standard input's) and one chunk of 256 KiB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"

namespace daybook::cli {

/// Asked while an input waits for bytes; true gives the wait up.
using StopRequested = std::function<bool()>;

/// See above.
class InputFile {
 public:
  /// Opens `path`; `-` is standard input. `io` with the path where that fails.
  [[nodiscard]] static Result<std::unique_ptr<InputFile>> open(const std::string& path, StopRequested stop = {});
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// The bytes that were read and not consumed. Valid until the next call of fill().
  [[nodiscard]] std::string_view chunk() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Reads on until chunk() has `bytes_min` bytes (at most 256 KiB) or the input ends. Errors: `io`, `closed`
  /// (stopped).
  [[nodiscard]] Result<void> fill(std::size_t bytes_min = 1);
  /// Drops the first `count` bytes of chunk().
  void consume(std::size_t count) { begin_ += count; }

  /// The path, or `standard input`.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Bytes read from the operating system so far.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// The size of a regular file; nullopt for a pipe.
  [[nodiscard]] std::optional<std::uint64_t> bytes_total() const { return bytes_total_; }

 private:
  InputFile(int descriptor, std::string name, StopRequested stop);
  [[nodiscard]] Result<void> wait_readable();

  int descriptor_;
  std::string name_;
  StopRequested stop_;
  std::optional<std::uint64_t> bytes_total_;
  std::uint64_t bytes_read_ = 0;
  bool ended_ = false;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace daybook::cli
