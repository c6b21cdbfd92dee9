// Compiled once, so that a row costs two appends a placeholder. A brace that means nothing is an error of the mapping:
// most likely it is a typing error, and a guess would end up in stream names for ever.
#include "cli/import/text_template.h"

#include <utility>

namespace daybook::cli {

std::expected<TextTemplate, std::string> TextTemplate::compile(std::string_view text, const ColumnIndex& column_index) {
  TextTemplate out;
  std::string literal;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("{{") || rest.starts_with("}}")) {
      literal += text[at++];
    } else if (text[at] == '}') {
      return std::unexpected("a '}' without a '{' before it; for a brace write '}}'");
    } else if (text[at] == '{') {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) return std::unexpected("a '{' is not closed; for a brace write '{{'");
      const std::string_view name = rest.substr(1, end - 1);
      if (name.empty()) return std::unexpected("'{}' names no column");
      if (name.find('{') != std::string_view::npos) return std::unexpected("a '{' inside of a placeholder");
      out.placeholders_.push_back({std::exchange(literal, {}), column_index(name), std::string(name)});
      at += end;
    } else {
      literal += text[at];
    }
  }
  out.tail_ = std::move(literal);
  return out;
}

Checked<bool> TextTemplate::append_to(std::string& out, std::span<const Value> values) const {
  bool is_empty = false;
  for (const Placeholder& placeholder : placeholders_) {
    const Value& value = values[placeholder.column];
    if (value.kind == Value::Kind::composite) {
      return std::unexpected(
          Problem{value.at, quoted(placeholder.name) + " is an object or array, which a placeholder cannot hold"});
    }
    is_empty |= value.is_empty();
    out += placeholder.before;
    out += value.text;
  }
  out += tail_;
  return is_empty;
}

Problem TextTemplate::empty_placeholder(std::span<const Value> values) const {
  for (const Placeholder& placeholder : placeholders_) {
    const Value& value = values[placeholder.column];
    if (value.is_empty()) return {value.at, quoted(placeholder.name) + " is empty"};
  }
  return {};
}

}  // namespace daybook::cli
