// Reads the time of a row: a strptime format in a time zone, or RFC 3339.
//
// Threads: one at a time (it remembers the last answers). Owns: its settings and a stream to parse with.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/import/row.h"
#include "daybook/ids.h"

namespace daybook::cli {

/// See above. A local time that a clock change skips is a problem; one that it repeats means the earlier.
class OccurredAt {
 public:
  /// `format` is a strptime format or `rfc3339`; `zone` a name of the IANA database. The error says what is wrong.
  [[nodiscard]] static std::expected<OccurredAt, std::string> create(std::size_t column, std::string name,
                                                                     const std::string& format,
                                                                     const std::string& zone);
  ~OccurredAt();
  OccurredAt(OccurredAt&&) noexcept;
  OccurredAt& operator=(OccurredAt&&) noexcept;

  /// The time in the row's column.
  [[nodiscard]] Checked<Timestamp> read(std::span<const Value> values);

 private:
  class Parser;
  OccurredAt(std::size_t column, std::string name, std::unique_ptr<Parser> parser);

  std::size_t column_;
  std::string name_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace daybook::cli
