// Conditions are tried on every row, most of them on small integers: these are compared as int64; whatever else a
// number can be takes the exact way, digit by digit.
#include "cli/import/condition.h"

#include <charconv>
#include <compare>
#include <string_view>

#include "cli/import/decimal.h"

namespace daybook::cli {
namespace {

bool holds(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::eq:
      return order == 0;
    case Comparison::ne:
      return order != 0;
    case Comparison::lt:
      return order < 0;
    case Comparison::le:
      return order <= 0;
    case Comparison::gt:
      return order > 0;
    case Comparison::ge:
      return order >= 0;
  }
  return false;
}

bool number_holds(const Value& value, Comparison comparison, const NumberOperand& operand) {
  const std::string_view text = value.text;
  if (operand.integer) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return holds(comparison, number <=> *operand.integer);
  }
  const auto number = read_number(text);
  const auto expected = read_number(operand.text);
  return number && expected && holds(comparison, compare(*number, *expected));
}

bool boolean_holds(const Value& value, Comparison comparison, bool operand) {
  // CSV has no booleans of its own, so there it is the text that JSON writes.
  const bool can_be = value.kind == Value::Kind::boolean || (value.kind == Value::Kind::text && value.json.empty());
  if (!can_be || (value.text != "true" && value.text != "false")) return false;
  return ((value.text == "true") == operand) == (comparison == Comparison::eq);
}

struct Holds {
  const Value& value;
  Comparison comparison;

  bool operator()(const NumberOperand& operand) const { return number_holds(value, comparison, operand); }
  bool operator()(const std::string& operand) const { return holds(comparison, value.text.compare(operand) <=> 0); }
  bool operator()(bool operand) const { return boolean_holds(value, comparison, operand); }
  bool operator()(const Glob& glob) const { return glob.matches(value.text); }
  bool operator()(const EmptyOperand& operand) const { return value.is_empty() == operand.expected; }
};

}  // namespace

bool Condition::holds(std::span<const Value> values) const {
  const Value& value = values[column];
  if (value.kind == Value::Kind::composite) {
    const auto* empty = std::get_if<EmptyOperand>(&operand);
    return empty != nullptr && !empty->expected;
  }
  return std::visit(Holds{value, comparison}, operand);
}

}  // namespace daybook::cli
