// The door to toml++, with mapping_conditions.cpp and mapping_shapes.cpp. A mapping is written by hand and its events
// stay for ever, so nothing is passed over: a key that is not known is an error, not a remark.
#include "cli/import/mapping_parser.h"

#include <algorithm>
#include <utility>

#include "api/validate.h"
#include "cli/import/csv_records.h"
#include "cli/import/utf8.h"
#include "cli/visible_text.h"
#include "daybook/limits.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kRulesMax = 1000;
constexpr std::size_t kSourceBytesMax = 256;

Position position_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

}  // namespace

Result<Mapping> Mapping::parse(std::string_view toml, const std::string& file) {
  if (const auto at = first_invalid_utf8(toml)) {
    const BadRow place = bad_row(Row{.line = 1, .bytes = toml}, {*at, {}});
    return fail(Code::invalid,
                file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": invalid UTF-8");
  }
  try {
    const toml::table document = toml::parse(toml, file);
    return MappingParser(file).parse(document);
  } catch (const toml::parse_error& error) {
    const Position at = position_of(error.source());
    return fail(Code::invalid, file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                                   visible(error.description()));
  }
}

Result<Mapping> MappingParser::parse(const toml::table& document) {
  check_keys(document, {"source", "format", "delimiter", "columns", "event"}, "the mapping");
  parse_head(document);
  parse_rules(document);
  check_csv_columns();
  if (error_) return std::unexpected(std::move(*error_));
  return std::move(mapping_);
}

void MappingParser::parse_head(const toml::table& document) {
  if (auto source = text_at(document, "source", true)) mapping_.source = std::move(*source);
  if (mapping_.source.size() > kSourceBytesMax)
    complain(document["source"].node()->source(), "`source` is longer than 256 bytes");
  const auto format = text_at(document, "format", true);
  if (format && *format != "csv" && *format != "jsonl") {
    complain(document["format"].node()->source(), "`format` is \"csv\" or \"jsonl\", not " + quoted(*format));
  }
  mapping_.format = format == "jsonl" ? InputFormat::jsonl : InputFormat::csv;
  if (mapping_.format == InputFormat::csv) parse_csv(document);
  for (const std::string_view key : {"delimiter", "columns"}) {
    if (mapping_.format != InputFormat::jsonl) break;
    if (const auto* node = document.get(key))
      complain(node->source(), "`" + std::string(key) + "` is for format = \"csv\" only");
  }
}

void MappingParser::parse_csv(const toml::table& document) {
  if (const auto delimiter = text_at(document, "delimiter", false)) {
    const char byte = delimiter->front();
    const bool can_be = byte == '\t' || (byte >= ' ' && byte < 0x7f && byte != '"');
    if (delimiter->size() != 1 || !can_be) {
      complain(document["delimiter"].node()->source(),
               "`delimiter` is one ASCII character, not a quote or a line break");
    }
    mapping_.delimiter = byte;
  }
  mapping_.csv_columns = texts_at(document, "columns");
  if (!mapping_.csv_columns) return;
  auto names = *mapping_.csv_columns;
  std::ranges::sort(names);
  const auto& region = document["columns"].node()->source();
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    complain(region, "`columns` has " + quoted(*twice) + " more than once");
  }
  if (names.size() > kColumnsMax) complain(region, "`columns` has more than 4096 names");
}

/// Without a header the mapping alone says what columns there are.
void MappingParser::check_csv_columns() {
  if (!mapping_.csv_columns || error_) return;
  for (const MappedColumn& column : mapping_.columns) {
    if (std::ranges::find(*mapping_.csv_columns, column.name) != mapping_.csv_columns->end()) continue;
    error_ =
        Error{.code = Code::invalid,
              .message = mapping_.where(column.position) + "column " + quoted(column.name) + " is not in `columns`"};
    return;
  }
}

void MappingParser::parse_rules(const toml::table& document) {
  const toml::node* node = document.get("event");
  if (node == nullptr) return complain(document.source(), "the mapping has no [[event]]");
  const toml::array* rules = node->as_array();
  if (rules == nullptr || rules->empty() || !rules->is_homogeneous(toml::node_type::table)) {
    return complain(node->source(), "`event` is an array of tables; write [[event]]");
  }
  if (rules->size() > kRulesMax) return complain(node->source(), "the mapping has more than 1000 [[event]]");
  for (const toml::node& rule : *rules) mapping_.rules.push_back(parse_rule(*rule.as_table()));
}

Rule MappingParser::parse_rule(const toml::table& table) {
  Rule rule;
  rule.skip = boolean_at(table, "skip").value_or(false);
  parse_when(table, rule);
  if (rule.skip) {
    check_keys(table, {"when", "skip"}, "a rule that skips");
  } else {
    parse_event(table, rule);
  }
  return rule;
}

void MappingParser::parse_event(const toml::table& table, Rule& rule) {
  check_keys(table, {"when", "skip", "group", "stream", "type", "tags", "occurred_at", "correlation", "data", "lines"},
             "[[event]]");
  if (const auto group = texts_at(table, "group")) {
    for (const std::string& name : *group) rule.group.push_back(column(name, table["group"].node()->source()));
  }
  rule.stream = name_template(table, "stream", kStreamBytesMax);
  rule.type = name_template(table, "type", kTypeBytesMax);
  parse_tags(table, rule);
  if (const auto* node = table.get("occurred_at")) parse_occurred_at(*node, rule);
  if (const auto correlation = text_at(table, "correlation", false)) {
    rule.correlation = text_template(*correlation, table["correlation"].node()->source());
  }
  parse_data(table, rule);
}

void MappingParser::parse_tags(const toml::table& table, Rule& rule) {
  const toml::node* node = table.get("tags");
  if (node == nullptr) return;
  const toml::array* tags = node->as_array();
  if (tags == nullptr) return complain(node->source(), "`tags` is an array of strings");
  if (tags->size() > kTagsMax) return complain(node->source(), "`tags` has more than 64 elements");
  for (const toml::node& element : *tags) {
    const auto text = element.value_exact<std::string>();
    if (!text) return complain(element.source(), "`tags` is an array of strings");
    TextTemplate tag = text_template(*text, element.source());
    if (tag.is_constant()) {
      const auto good = check_own_name("a tag", tag.constant(), kTagBytesMax);
      if (!good) complain(element.source(), good.error().message);
    }
    rule.tags.push_back(std::move(tag));
  }
}

void MappingParser::parse_occurred_at(const toml::node& node, Rule& rule) {
  const toml::table* table = node.as_table();
  if (table == nullptr)
    return complain(node.source(), "`occurred_at` is a table: { column = ..., format = ..., zone = ... }");
  check_keys(*table, {"column", "format", "zone"}, "`occurred_at`");
  const auto name = text_at(*table, "column", true);
  const auto format = text_at(*table, "format", true);
  const auto zone = text_at(*table, "zone", false);
  if (!name || !format) return;
  auto occurred_at =
      OccurredAt::create(column(*name, table->get("column")->source()), *name, *format, zone.value_or("UTC"));
  if (!occurred_at) return complain(node.source(), std::move(occurred_at.error()));
  rule.occurred_at = std::move(*occurred_at);
}

void MappingParser::parse_data(const toml::table& table, Rule& rule) {
  const toml::node* lines = table.get("lines");
  if (lines != nullptr) {
    if (!lines->is_table()) return complain(lines->source(), "`lines` is a table, such as lines.quantity = ...");
    rule.lines = parse_shape(*lines->as_table(), 1);
  }
  const toml::node* data = table.get("data");
  if (data == nullptr) return;
  if (data->value_exact<std::string>() == "record") {
    if (mapping_.format != InputFormat::jsonl)
      return complain(data->source(), "data = \"record\" is for format = \"jsonl\" only");
    if (lines != nullptr) return complain(lines->source(), "`lines` has no place in data = \"record\"");
    rule.data_is_record = true;
    return;
  }
  if (!data->is_table())
    return complain(data->source(), "`data` is a table, such as data.orderId = ..., or \"record\"");
  const toml::table& members = *data->as_table();
  if (lines != nullptr && members.contains("lines")) {
    return complain(members.get("lines")->source(), "`data.lines` and `lines` are the same key");
  }
  // `lines` is one more member of `data`, and keys are written in byte order.
  for (const auto& [key, node] : members) {
    Shape& half = key.str() < std::string_view("lines") ? rule.data_before_lines : rule.data_after_lines;
    half.members.push_back(parse_member(key.str(), node, 1));
  }
}

void MappingParser::complain(const toml::source_region& at, std::string message) {
  if (!error_) error_ = Error{.code = Code::invalid, .message = mapping_.where(position_of(at)) + message};
}

void MappingParser::check_keys(const toml::table& table, std::initializer_list<std::string_view> known,
                               std::string_view of_what) {
  for (const auto& [key, node] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    std::string list;
    for (const std::string_view name : known) list += (list.empty() ? "" : ", ") + std::string(name);
    complain(key.source(), quoted(key.str()) + " is no key of " + std::string(of_what) + "; these are: " + list);
  }
}

std::optional<std::string> MappingParser::text_at(const toml::table& table, std::string_view key, bool required) {
  const std::string name = "`" + std::string(key) + "`";
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    if (required) complain(table.source(), name + " is missing");
    return std::nullopt;
  }
  auto text = node->value_exact<std::string>();
  if (!text || text->empty()) {
    complain(node->source(), name + " is a string that is not empty");
    return std::nullopt;
  }
  return text;
}

std::optional<bool> MappingParser::boolean_at(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) complain(node->source(), "`" + std::string(key) + "` is true or false");
  return value;
}

std::optional<std::vector<std::string>> MappingParser::texts_at(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* array = node->as_array();
  std::vector<std::string> texts;
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    auto text = array->get(i)->value_exact<std::string>();
    if (!text || text->empty()) break;
    texts.push_back(std::move(*text));
  }
  if (array == nullptr || array->empty() || texts.size() != array->size()) {
    complain(node->source(), "`" + std::string(key) + "` is an array of names, with at least one");
  }
  return texts;
}

std::size_t MappingParser::column(std::string_view name, const toml::source_region& at) {
  const auto found = std::ranges::find(mapping_.columns, name, &MappedColumn::name);
  if (found != mapping_.columns.end()) return static_cast<std::size_t>(found - mapping_.columns.begin());
  const bool has_empty_part = name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string_view::npos;
  if (mapping_.format == InputFormat::jsonl && has_empty_part) {
    complain(at, "the path " + quoted(name) + " has an empty part");
  }
  mapping_.columns.push_back({std::string(name), position_of(at)});
  return mapping_.columns.size() - 1;
}

TextTemplate MappingParser::text_template(std::string_view text, const toml::source_region& at) {
  auto compiled = TextTemplate::compile(text, [this, &at](std::string_view name) { return column(name, at); });
  if (compiled) return std::move(*compiled);
  complain(at, std::move(compiled.error()));
  return {};
}

TextTemplate MappingParser::name_template(const toml::table& table, std::string_view key, std::size_t bytes_max) {
  const auto text = text_at(table, key, true);
  if (!text) return {};
  const auto& region = table.get(key)->source();
  TextTemplate out = text_template(*text, region);
  if (out.is_constant()) {
    const auto good = check_own_name("a " + std::string(key) + "'s name", out.constant(), bytes_max);
    if (!good) complain(region, good.error().message);
  }
  return out;
}

std::string tomlplusplus_version() {
  return std::to_string(TOML_LIB_MAJOR) + "." + std::to_string(TOML_LIB_MINOR) + "." + std::to_string(TOML_LIB_PATCH);
}

}  // namespace daybook::cli
