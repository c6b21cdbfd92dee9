// What `data` and `lines` are made of. A table with `column` in it is a field; any other table nests. That is why a
// nested object cannot have a member of that name; directly in `data` and `lines` it can.
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "cli/import/mapping_parser.h"
#include "cli/json_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kDepthMax = 64;

constexpr std::array<std::pair<std::string_view, FieldType>, 6> kTypes{{
    {"text", FieldType::text},
    {"integer", FieldType::integer},
    {"decimal", FieldType::decimal},
    {"number", FieldType::number},
    {"boolean", FieldType::boolean},
    {"json", FieldType::json},
}};

constexpr std::array<std::pair<std::string_view, WhenEmpty>, 4> kWhenEmpty{{
    {"null", WhenEmpty::null},
    {"omit", WhenEmpty::omit},
    {"error", WhenEmpty::error},
    {"keep", WhenEmpty::keep},
}};

/// What `name` stands for in `choices`.
template <class T, std::size_t N>
std::optional<T> choose(const std::array<std::pair<std::string_view, T>, N>& choices, std::string_view name) {
  for (const auto& [known, value] : choices) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string json_number(double value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  std::string text(digits.data(), written.ptr);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

}  // namespace

Shape MappingParser::parse_shape(const toml::table& table, std::size_t depth) {
  Shape shape;
  // toml++ keeps a table's keys in byte order.
  for (const auto& [key, node] : table) shape.members.push_back(parse_member(key.str(), node, depth));
  return shape;
}

Member MappingParser::parse_member(std::string_view key, const toml::node& node, std::size_t depth) {
  Member member;
  append_json_string(member.key_json, key);
  member.key_json += ':';
  if (depth > kDepthMax) {
    complain(node.source(), "objects are nested more than 64 deep");
  } else if (const auto text = node.value_exact<std::string>()) {
    TextTemplate compiled = text_template(*text, node.source());
    if (compiled.is_constant()) {
      Member::Constant constant;
      append_json_string(constant.json, compiled.constant());
      member.value = std::move(constant);
    } else {
      member.value = std::move(compiled);
    }
  } else if (const auto integer = node.value_exact<std::int64_t>()) {
    member.value = Member::Constant{std::to_string(*integer)};
  } else if (const auto number = node.value_exact<double>()) {
    if (!std::isfinite(*number)) complain(node.source(), "JSON has no `inf` and no `nan`");
    member.value = Member::Constant{json_number(*number)};
  } else if (const auto boolean = node.value_exact<bool>()) {
    member.value = Member::Constant{*boolean ? "true" : "false"};
  } else if (const toml::table* table = node.as_table()) {
    if (table->contains("column")) {
      member.value = parse_field(*table);
    } else {
      member.value = std::make_unique<Shape>(parse_shape(*table, depth + 1));
    }
  } else {
    complain(node.source(), "a value is a string, a number, a boolean or a table; put a date or an array in quotes");
  }
  return member;
}

Field MappingParser::parse_field(const toml::table& table) {
  check_keys(table, {"column", "type", "empty", "negate"}, "a field");
  Field field;
  if (auto name = text_at(table, "column", true)) {
    field.column = column(*name, table.get("column")->source());
    field.name = std::move(*name);
  }
  if (const auto type = text_at(table, "type", false)) {
    if (const auto chosen = choose(kTypes, *type)) {
      field.type = *chosen;
    } else {
      complain(table.get("type")->source(),
               quoted(*type) + " is no type; these are: text, integer, decimal, number, boolean, json");
    }
  }
  if (const auto empty = text_at(table, "empty", false)) {
    if (const auto chosen = choose(kWhenEmpty, *empty)) {
      field.when_empty = *chosen;
    } else {
      complain(table.get("empty")->source(),
               "`empty` is \"null\", \"omit\", \"error\" or \"keep\", not " + quoted(*empty));
    }
  }
  field.negate = boolean_at(table, "negate").value_or(false);
  const bool is_numeric =
      field.type == FieldType::integer || field.type == FieldType::decimal || field.type == FieldType::number;
  if (field.negate && !is_numeric) {
    complain(table.get("negate")->source(), "only the types integer, decimal and number can be negated");
  }
  return field;
}

}  // namespace daybook::cli
