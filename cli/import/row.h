// A row of the input as the mapping sees it: its bytes, and the values of the columns that the mapping names.
//
// Threads: one at a time. Owns: nothing; a row's views are valid until the reader's next call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"

namespace daybook::cli {

/// One value of a row.
struct Value {
  enum class Kind : std::uint8_t {
    text,       ///< A CSV field, or a JSON string.
    number,     ///< A JSON number.
    boolean,    ///< A JSON boolean.
    null,       ///< JSON null.
    missing,    ///< The JSON record has no such key.
    composite,  ///< A JSON object or array.
  };
  Kind kind = Kind::missing;
  std::size_t at = 0;       ///< Where it begins in the row's bytes.
  std::string_view text{};  ///< Of a text: unescaped. Of a number or boolean: as written. Of the others: empty.
  std::string_view json{};  ///< JSON lines: the value as written. CSV: empty.

  /// `""`, JSON null, or a missing JSON key.
  [[nodiscard]] bool is_empty() const {
    return kind == Kind::null || kind == Kind::missing || (kind == Kind::text && text.empty());
  }
};

/// One row.
struct Row {
  std::uint64_t number = 0;         ///< From 1, the header not counted.
  std::uint64_t line = 0;           ///< The line of the unpacked input on which it begins, from 1.
  std::string_view bytes{};         ///< The record without its line end: what the key is made of.
  std::span<const Value> values{};  ///< One for each of the mapping's columns, in its order.
};

/// Why a row cannot be taken, and where in its bytes that shows.
struct Problem {
  std::size_t at = 0;
  std::string reason;
};

/// A value, or the problem of the row at hand.
template <class T = void>
using Checked = std::expected<T, Problem>;

/// A row that was not taken.
struct BadRow {
  std::uint64_t row = 0;     ///< From 1, the header not counted.
  std::uint64_t line = 0;    ///< From 1.
  std::uint64_t column = 0;  ///< In characters, from 1.
  std::string reason;
};

/// `problem` with the line and column that a person would look at.
[[nodiscard]] BadRow bad_row(const Row& row, const Problem& problem);

/// `text` in quotes for a message: cut after 40 columns, control characters made visible.
[[nodiscard]] std::string quoted(std::string_view text);

/// Yields the rows of an input in order.
class RowReader {
 public:
  enum class Step : std::uint8_t { row, bad_row, end };
  virtual ~RowReader() = default;
  /// Goes to the next row. After an error (see InputSource::read) there is none.
  [[nodiscard]] virtual Result<Step> next() = 0;
  /// The row that next() went to. After `bad_row`: without values.
  [[nodiscard]] virtual const Row& row() const = 0;
  /// After `bad_row`: why.
  [[nodiscard]] virtual const Problem& problem() const = 0;
};

}  // namespace daybook::cli
