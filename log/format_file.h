// DIR/FORMAT: which format the log is in, and its id. Written last when a log is made, so that it tells a finished
// log from a half-made one. Text: `daybook format 1`, `log UUID`, and `check HEX` over the lines before it.
//
// Threads: any. Owns: nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "daybook/result.h"
#include "log/file_layer.h"

namespace daybook {

/// The format that this build writes, and the newest that it reads.
inline constexpr std::uint32_t kFormatVersion = 1;

/// The file's name in DIR.
inline constexpr std::string_view kFormatFile = "FORMAT";

/// What FORMAT says.
struct Format {
  std::uint32_t version = kFormatVersion;
  LogId log_id{};
  friend bool operator==(const Format&, const Format&) = default;
};

/// The file's text; the same text is kept in RocksDB, from where repair() can write the file again.
[[nodiscard]] std::string encode_format(const Format& format);
/// The reverse. `unsupported` for an intact text of a newer version, `corruption` for anything that encode_format()
/// did not write; `where` names the text in the message.
[[nodiscard]] Result<Format> decode_format(std::string_view text, std::string_view where);

/// Reads DIR/FORMAT; nullopt where there is none. Errors as decode_format(), `denied`, `io`.
[[nodiscard]] Result<std::optional<Format>> read_format(FileLayer& files, const std::string& directory);
/// Puts DIR/FORMAT in place and syncs it, DIR, and the directory above DIR: after it the log exists.
[[nodiscard]] Result<void> write_format(FileLayer& files, const std::string& directory, const Format& format);

}  // namespace daybook
