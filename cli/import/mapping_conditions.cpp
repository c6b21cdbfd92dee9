// The conditions of a rule. One table may hold several operators on its column; each becomes a condition, and all of
// them must hold, as everywhere in `when`.
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "cli/import/mapping_parser.h"

namespace daybook::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons{{
    {"eq", Comparison::eq},
    {"ne", Comparison::ne},
    {"lt", Comparison::lt},
    {"le", Comparison::le},
    {"gt", Comparison::gt},
    {"ge", Comparison::ge},
}};

/// The shortest decimal that is this double: what the mapping's author wrote, or equal to it.
std::string decimal_text(double value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), written.ptr};
}

}  // namespace

void MappingParser::parse_when(const toml::table& table, Rule& rule) {
  const toml::node* node = table.get("when");
  if (node == nullptr) return;
  const toml::array* conditions = node->as_array();
  if (conditions == nullptr)
    return complain(node->source(), "`when` is an array of conditions: [{ column = ..., eq = ... }]");
  for (const toml::node& condition : *conditions) {
    if (!condition.is_table())
      return complain(condition.source(), "a condition is a table: { column = ..., eq = ... }");
    parse_condition(*condition.as_table(), rule);
  }
}

void MappingParser::parse_condition(const toml::table& table, Rule& rule) {
  check_keys(table, {"column", "eq", "ne", "lt", "le", "gt", "ge", "matches", "empty"}, "a condition");
  const auto name = text_at(table, "column", true);
  if (!name) return;
  if (table.size() < 2)
    return complain(table.source(), "the condition says nothing of column " + quoted(*name) +
                                        "; add eq, ne, lt, le, gt, ge, matches or empty");
  const std::size_t index = column(*name, table.get("column")->source());
  for (const auto& [key, node] : table) {
    if (key.str() == "column") continue;
    Condition condition{.column = index, .operand = EmptyOperand{}};
    if (key.str() == "empty") {
      condition.operand = EmptyOperand{boolean_at(table, "empty").value_or(true)};
      rule.when.push_back(std::move(condition));
    } else if (key.str() == "matches") {
      const auto pattern = node.value_exact<std::string>();
      if (!pattern) return complain(node.source(), "`matches` is a string: a glob");
      auto glob = Glob::compile(*pattern);
      if (!glob) return complain(node.source(), "the glob " + quoted(*pattern) + ": " + glob.error());
      condition.operand = std::move(*glob);
      rule.when.push_back(std::move(condition));
    } else {
      parse_operand(key.str(), node, std::move(condition), rule);
    }
  }
}

void MappingParser::parse_operand(std::string_view name, const toml::node& node, Condition condition, Rule& rule) {
  for (const auto& [known, comparison] : kComparisons) {
    if (known == name) condition.comparison = comparison;
  }
  if (const auto integer = node.value_exact<std::int64_t>()) {
    condition.operand = NumberOperand{std::to_string(*integer), *integer};
  } else if (const auto number = node.value_exact<double>()) {
    if (!std::isfinite(*number)) return complain(node.source(), "no value is `inf` or `nan`");
    condition.operand = NumberOperand{decimal_text(*number), std::nullopt};
  } else if (auto text = node.value_exact<std::string>()) {
    condition.operand = std::move(*text);
  } else if (const auto boolean = node.value_exact<bool>()) {
    const bool is_equality = condition.comparison == Comparison::eq || condition.comparison == Comparison::ne;
    if (!is_equality) return complain(node.source(), "a boolean is compared by eq or ne");
    condition.operand = *boolean;
  } else {
    return complain(node.source(), "`" + std::string(name) + "` takes a number, a string or a boolean");
  }
  rule.when.push_back(std::move(condition));
}

}  // namespace daybook::cli
