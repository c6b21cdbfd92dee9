// A value of the mapping that is taken from a column: `{ column = "Quantity", type = "integer", negate = true }`.
//
// Threads: any once built. Owns: its settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cli/import/row.h"

namespace daybook::cli {

/// What a column's value becomes in JSON.
enum class FieldType : std::uint8_t {
  as_is,    ///< The default: CSV text becomes a string, a JSON value stays what it is.
  text,     ///< A string.
  integer,  ///< An int64, as a number.
  decimal,  ///< A string: exact, digits as given.
  number,   ///< A number, as given.
  boolean,  ///< `true` or `false`.
  json,     ///< JSON as it is; in CSV the field holds it as text.
};

/// What becomes of an empty value.
enum class WhenEmpty : std::uint8_t {
  keep,   ///< It is converted like any other, so an empty number is a bad row; a missing JSON key is left out.
  null,   ///< JSON null.
  omit,   ///< The key is left out.
  error,  ///< A bad row.
};

/// See above.
struct Field {
  std::size_t column = 0;
  std::string name;  ///< The column's, for messages.
  FieldType type = FieldType::as_is;
  WhenEmpty when_empty = WhenEmpty::keep;
  bool negate = false;

  /// Appends the value as JSON; false when the key is to be left out. On a problem `out` is unchanged.
  [[nodiscard]] Checked<bool> append_to(std::string& out, std::span<const Value> values) const;

 private:
  [[nodiscard]] Checked<bool> append_converted(std::string& out, const Value& value) const;
  [[nodiscard]] Checked<bool> append_integer(std::string& out, const Value& value) const;
  [[nodiscard]] Checked<bool> append_decimal(std::string& out, const Value& value) const;
  [[nodiscard]] Checked<bool> append_number(std::string& out, const Value& value) const;
  [[nodiscard]] Checked<bool> append_json(std::string& out, const Value& value) const;
  [[nodiscard]] std::unexpected<Problem> malformed(const Value& value, const char* expected) const;
};

}  // namespace daybook::cli
