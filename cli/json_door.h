// The door to simdjson: a small JSON value, with the raw text of every part kept.
//
// Threads: any; one at a time a parser. Owns: a JsonValue owns its strings and children and borrows `raw`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daybook/result.h"

namespace daybook::cli {

/// Whether `text` is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);
/// Of the library behind this door.
[[nodiscard]] std::string simdjson_version();

/// A JSON value as a tree. Members keep their order, repeated names included.
struct JsonValue {
  /// What JSON says it is.
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::string_view raw{};  ///< The value's text as it was written, without blanks around it.
  std::string text{};      ///< A string's value, unescaped.
  std::vector<JsonValue> elements{};
  std::vector<std::pair<std::string, JsonValue>> members{};
};

/// Reads JSON texts one after the other, reusing its buffers.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(const JsonParser&) = delete;
  JsonParser& operator=(const JsonParser&) = delete;

  /// Reads `text`, one JSON value. Members named `data` (but those of `headers`) stay raw:
  /// they get no text and no children. `raw` of every
  /// part points into this parser's buffer until the next call. `invalid` where it is no JSON, or nested deeper than
  /// 16 levels outside of `data`.
  [[nodiscard]] Result<JsonValue> parse(std::string_view text);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::cli
