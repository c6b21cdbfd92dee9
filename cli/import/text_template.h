// A text with placeholders, such as `order-{InvoiceNo}`; `{{` and `}}` are braces.
//
// Threads: any once compiled. Owns: its parts.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/row.h"

namespace daybook::cli {

/// See above.
class TextTemplate {
 public:
  /// Tells the index among the mapping's columns of a column's name.
  using ColumnIndex = std::function<std::size_t(std::string_view name)>;

  TextTemplate() = default;
  /// The error says what is wrong with `text`.
  [[nodiscard]] static std::expected<TextTemplate, std::string> compile(std::string_view text,
                                                                        const ColumnIndex& column_index);

  /// Appends the text with the values in place, which are not looked into for further placeholders. True when a
  /// placeholder was empty. An object or array is a problem.
  [[nodiscard]] Checked<bool> append_to(std::string& out, std::span<const Value> values) const;

  /// Where the first empty placeholder's value stands; call only when there is one.
  [[nodiscard]] Problem empty_placeholder(std::span<const Value> values) const;

  [[nodiscard]] bool is_constant() const { return placeholders_.empty(); }
  /// Without placeholders: the text.
  [[nodiscard]] const std::string& constant() const { return tail_; }

 private:
  struct Placeholder {
    std::string before;  ///< The text between the one before and this.
    std::size_t column = 0;
    std::string name;
  };
  std::vector<Placeholder> placeholders_;
  std::string tail_;
};

}  // namespace daybook::cli
