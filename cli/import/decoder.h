// Turns the bytes of a file into the bytes that they stand for: as they are, or unpacked from gzip or zstd.
//
// Threads: one at a time. Owns: the state of its library; the file belongs to the caller and outlives it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "cli/import/input_file.h"
#include "daybook/result.h"

namespace daybook::cli {

/// One compression. Several members or frames one after the other are one input, as the tools have it.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Writes up to `into.size()` unpacked bytes and returns how many; 0 at the end. `corruption` when the input is
  /// damaged or cut off; what was good before that is returned first. `closed` when the wait was interrupted.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> into) = 0;
};

/// Passes the bytes on as they are.
[[nodiscard]] std::unique_ptr<Decoder> make_plain_decoder(InputFile& file);
/// For RFC 1952, by zlib.
[[nodiscard]] std::unique_ptr<Decoder> make_gzip_decoder(InputFile& file);
/// For RFC 8878, by libzstd. Needs at most 128 MiB for the window that a file may ask for.
[[nodiscard]] std::unique_ptr<Decoder> make_zstd_decoder(InputFile& file);

/// Of the libraries that unpack.
[[nodiscard]] std::string zlib_library_version();
[[nodiscard]] std::string zstd_library_version();

}  // namespace daybook::cli
