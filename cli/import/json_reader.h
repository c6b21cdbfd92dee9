// Reads one JSON record and finds the values at the paths that the mapping names.
//
// Threads: one at a time. Owns: simdjson's parser and the unescaped strings of the last record.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/import/row.h"

namespace daybook::cli {

/// See above.
class JsonReader {
 public:
  /// The paths to look for, each once, such as `customer.id`: a dot reaches into an object.
  explicit JsonReader(std::span<const std::string> paths);
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  /// Checks all of `json`, which must be an object, and finds the paths' values; of two equal keys the first counts.
  /// InputWindow::kPaddingBytes readable bytes follow `json`. Values are valid until the next call and while `json` is.
  [[nodiscard]] Checked<> parse(std::string_view json);
  /// The value at each path, in their order.
  [[nodiscard]] std::span<const Value> values() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::cli
