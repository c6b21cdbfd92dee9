// Conversions never guess and never round: what is not exactly of the type is a bad row, because the event is stored
// for ever and the row can still be mended.
#include "cli/import/field.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "cli/import/decimal.h"
#include "cli/import/json_verbatim.h"
#include "cli/json_text.h"

namespace daybook::cli {

std::unexpected<Problem> Field::malformed(const Value& value, const char* expected) const {
  if (value.is_empty()) {
    return std::unexpected(
        Problem{value.at, quoted(name) + " is empty, not " + expected + "; see `empty` in the mapping"});
  }
  const bool is_composite = value.kind == Value::Kind::composite;
  const std::string what = is_composite ? "an object or array" : quoted(value.text);
  return std::unexpected(Problem{value.at, quoted(name) + " is " + what + ", not " + expected});
}

Checked<bool> Field::append_to(std::string& out, std::span<const Value> values) const {
  const Value& value = values[column];
  if (value.is_empty() && when_empty != WhenEmpty::keep) {
    if (when_empty == WhenEmpty::omit) return false;
    if (when_empty == WhenEmpty::error) return std::unexpected(Problem{value.at, quoted(name) + " is empty"});
    out += "null";
    return true;
  }
  return append_converted(out, value);
}

Checked<bool> Field::append_converted(std::string& out, const Value& value) const {
  switch (type) {
    case FieldType::as_is:
      if (value.kind == Value::Kind::missing) return false;
      if (value.json.empty()) {
        append_json_string(out, value.text);
      } else {
        append_json_on_one_line(out, value.json);
      }
      return true;
    case FieldType::text:
      if (value.kind == Value::Kind::composite) return malformed(value, "text");
      append_json_string(out, value.text);
      return true;
    case FieldType::integer:
      return append_integer(out, value);
    case FieldType::decimal:
      return append_decimal(out, value);
    case FieldType::number:
      return append_number(out, value);
    case FieldType::boolean:
      if (value.text != "true" && value.text != "false") return malformed(value, "true or false");
      out += value.text;
      return true;
    case FieldType::json:
      return append_json(out, value);
  }
  return false;
}

Checked<bool> Field::append_integer(std::string& out, const Value& value) const {
  std::string_view text = value.text;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, number);
  if (error != std::errc() || end != text_end) return malformed(value, "an integer of 64 bits");
  if (negate && number == std::numeric_limits<std::int64_t>::min()) {
    return malformed(value, "an integer whose negation has 64 bits");
  }
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), negate ? -number : number);
  out.append(digits.data(), written.ptr);
  return true;
}

Checked<bool> Field::append_decimal(std::string& out, const Value& value) const {
  const auto decimal = read_decimal(value.text);
  if (!decimal) return malformed(value, "a decimal such as -12.50");
  out += '"';
  if (decimal->is_negative != negate && !decimal->is_zero()) out += '-';
  out += decimal->integer;
  if (!decimal->fraction.empty()) {
    out += '.';
    out += decimal->fraction;
  }
  out += '"';
  return true;
}

Checked<bool> Field::append_number(std::string& out, const Value& value) const {
  if (!is_json_number(value.text)) return malformed(value, "a number as JSON writes it");
  std::string_view text = value.text;
  if (negate) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const std::string_view digits = text.substr(0, text.find_first_of("eE"));
    const bool is_zero = digits.find_first_not_of("0.") == std::string_view::npos;
    if (!is_negative && !is_zero) out += '-';
  }
  out += text;
  return true;
}

Checked<bool> Field::append_json(std::string& out, const Value& value) const {
  if (value.kind == Value::Kind::missing) return false;
  if (!value.json.empty()) {
    append_json_on_one_line(out, value.json);
    return true;
  }
  if (!is_json(value.text)) return malformed(value, "JSON");
  append_json_on_one_line(out, trim_json(value.text));
  return true;
}

}  // namespace daybook::cli
