// The unpacked bytes of an import's input, whatever it comes from: a file or standard input, plain, gzip or zstd.
//
// Threads: one at a time. Owns: the open file and its decoder.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "cli/import/decoder.h"
#include "cli/import/input_file.h"
#include "daybook/result.h"

namespace daybook::cli {

/// See above. The compression is recognised by the first bytes, never by the name, so `-` can be compressed too.
class InputSource {
 public:
  /// Opens `path` (`-` is standard input). `stop` is asked while a pipe is silent. Errors: `io`, `closed` (stopped).
  [[nodiscard]] static Result<InputSource> open(const std::string& path, StopRequested stop = {});

  /// Writes up to `into.size()` unpacked bytes and returns how many; 0 at the end. Errors as in Decoder::read.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into) { return decoder_->read(into); }
  /// The file itself: its name, and how much of it was read.
  [[nodiscard]] const InputFile& file() const { return *file_; }

 private:
  InputSource(std::unique_ptr<InputFile> file, std::unique_ptr<Decoder> decoder);

  std::unique_ptr<InputFile> file_;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace daybook::cli
