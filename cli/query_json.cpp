// A misspelt part that were ignored would widen a query silently, and with it a condition of an append: so every name
// must be known and come once, and every value must have the right kind.
#include "cli/query_json.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace daybook::cli {
namespace {

using Kind = JsonValue::Kind;

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::invalid, "the query: " + std::move(message));
}

Result<std::vector<std::string>> texts_of(const std::string& name, const JsonValue& json) {
  if (json.kind != Kind::array) return wrong("'" + name + "' must be an array of strings");
  std::vector<std::string> texts;
  for (const JsonValue& element : json.elements) {
    if (element.kind != Kind::string) return wrong("'" + name + "' must be an array of strings");
    texts.push_back(element.text);
  }
  return texts;
}

Result<void> read_part(QueryItem& item, const std::string& name, const JsonValue& json) {
  if (name == "streams" || name == "types" || name == "tags") {
    Result<std::vector<std::string>> texts = texts_of(name, json);
    if (!texts) return std::unexpected(std::move(texts.error()));
    (name == "streams" ? item.streams : name == "types" ? item.types : item.tags) = std::move(*texts);
    return {};
  }
  if (name != "streamPrefix" && name != "correlation") {
    return wrong("'" + name + "' is not one of streams, streamPrefix, types, tags, correlation");
  }
  if (json.kind != Kind::string) return wrong("'" + name + "' must be a string");
  if (name == "streamPrefix") {
    item.stream_prefix = json.text;
  } else if (!json.text.empty()) {
    item.correlation_id = Uuid::parse(json.text);
    if (!item.correlation_id) return wrong("'correlation' must be a UUID");
  }
  return {};
}

}  // namespace

Result<Query> query_of_json(const JsonValue& json) {
  if (json.kind != Kind::array) return wrong("it must be an array of objects, such as [{\"types\":[\"OrderPlaced\"]}]");
  Query query;
  for (const JsonValue& element : json.elements) {
    if (element.kind != Kind::object) return wrong("each of its items must be an object");
    QueryItem& item = query.items.emplace_back();
    std::set<std::string> seen;
    for (const auto& [name, value] : element.members) {
      if (!seen.insert(name).second) return wrong("'" + name + "' is given twice in one item");
      if (Result<void> read = read_part(item, name, value); !read) return std::unexpected(std::move(read.error()));
    }
  }
  if (Result<void> checked = query.check(); !checked) return std::unexpected(std::move(checked.error()));
  return query;
}

Result<Query> parse_query(std::string_view text) {
  JsonParser parser;
  Result<JsonValue> json = parser.parse(text);
  if (!json) return wrong(json.error().message);
  return query_of_json(*json);
}

}  // namespace daybook::cli
