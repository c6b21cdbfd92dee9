// The rows of a projection as columns with names, whichever projection it is: what `projection query` prints.
//
// Threads: one at a time. Owns: nothing of the state.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"
#include "daybook/retail.h"

namespace daybook::cli {

/// A column of counts or money.
struct RowField {
  std::string_view name;  ///< As in JSON.
  bool money = false;     ///< Thousandths, printed as a decimal string.
};

/// What the rows of one projection, or of one of its dimensions, look like.
struct RowShape {
  std::string_view key_name;     ///< The key's name in JSON.
  std::vector<RowField> fields;  ///< The values, in the order in which they are printed.
  /// The place of a field; nullopt where there is none of that name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
};

/// A row: a value for each field of its shape.
struct Row {
  std::string key;                   ///< The key's text.
  std::vector<std::int64_t> values;  ///< Counts, and money in thousandths.
  friend bool operator==(const Row&, const Row&) = default;
};

/// Rows of one shape over a state.
class RowSource {
 public:
  /// `invalid`, naming what there is, where the projection has no such dimension or no rows that can be printed.
  [[nodiscard]] static Result<RowSource> of(std::string_view projection, const std::optional<std::string>& dimension);

  /// As of(), but without a dimension those of every dimension.
  [[nodiscard]] static Result<std::vector<RowSource>> all(std::string_view projection,
                                                          const std::optional<std::string>& dimension);

  [[nodiscard]] const RowShape& shape() const { return shape_; }
  /// The row of `key`; nullopt where there is none.
  [[nodiscard]] Result<std::optional<Row>> find(State& state, std::string_view key) const;
  /// Every row in byte order of the key, until `row` returns false.
  [[nodiscard]] Result<void> scan(State& state, const std::function<bool(const Row&)>& row) const;

 private:
  explicit RowSource(std::optional<Dimension> dimension);

  std::optional<Dimension> dimension_;  ///< Of analytics; the inventory has none.
  RowShape shape_;
};

/// The names of the dimensions of analytics, in the order in which they are listed.
[[nodiscard]] std::vector<std::string> dimension_names();

/// Appends `"NAME":VALUE`.
void append_field_json(std::string& out, const RowField& field, std::int64_t value);
/// Appends the row as a JSON object without a line end.
void append_row_json(std::string& out, const RowShape& shape, const Row& row);
/// A value as it is printed: digits, or a decimal.
[[nodiscard]] std::string value_text(const RowField& field, std::int64_t value);

}  // namespace daybook::cli
