// simdjson's on-demand parser hands out raw text, which is what keeps `data` byte for byte; but it skips what it is not
// asked for without checking it. So the whole text goes through is_json() first, and simdjson then only takes apart
// what is known to be right.
#include "cli/json_door.h"

#include <algorithm>
#include <cstring>

#include <simdjson.h>

#include "cli/json_text.h"

namespace daybook::cli {
namespace {

namespace ondemand = simdjson::ondemand;
using Read = simdjson::error_code;

constexpr int kDepthMax = 16;
constexpr std::string_view kRawMember = "data";

Read fill(ondemand::value value, JsonValue& out, int depth, std::string_view name);

Read fill_array(ondemand::value& value, JsonValue& out, int depth) {
  ondemand::array array;
  if (Read error = value.get_array().get(array)) return error;
  for (auto element : array) {
    ondemand::value child;
    if (Read error = element.get(child)) return error;
    if (Read error = fill(child, out.elements.emplace_back(), depth + 1, {})) return error;
  }
  return simdjson::SUCCESS;
}

Read fill_object(ondemand::value& value, JsonValue& out, int depth, std::string_view name) {
  ondemand::object object;
  if (Read error = value.get_object().get(object)) return error;
  for (auto field : object) {
    std::string_view key;
    if (Read error = field.unescaped_key().get(key)) return error;
    auto& [member_name, member] = out.members.emplace_back(std::string(key), JsonValue{});
    ondemand::value child;
    if (Read error = field.value().get(child)) return error;
    // A header may be called `data` as well; what is special is the event's own.
    const std::string_view kept = name == "headers" ? std::string_view() : std::string_view(member_name);
    if (Read error = fill(child, member, depth + 1, kept)) return error;
  }
  return simdjson::SUCCESS;
}

/// `name` is that of the member whose value this is; empty for elements and for headers.
Read fill(ondemand::value value, JsonValue& out, int depth, std::string_view name) {
  if (depth > kDepthMax) return simdjson::DEPTH_ERROR;
  ondemand::json_type type{};
  if (Read error = value.type().get(type)) return error;
  const bool children = name != kRawMember;
  const bool container = type == ondemand::json_type::array || type == ondemand::json_type::object;
  if (type == ondemand::json_type::array) out.kind = JsonValue::Kind::array;
  if (type == ondemand::json_type::object) out.kind = JsonValue::Kind::object;
  if (container && children) {
    return out.kind == JsonValue::Kind::array ? fill_array(value, out, depth) : fill_object(value, out, depth, name);
  }
  if (!container) out.raw = trim_json(value.raw_json_token());
  if (container) {
    if (Read error = simdjson::to_json_string(value).get(out.raw)) return error;
    out.raw = trim_json(out.raw);
  }
  switch (type) {
    case ondemand::json_type::number:
      out.kind = JsonValue::Kind::number;
      break;
    case ondemand::json_type::boolean:
      out.kind = JsonValue::Kind::boolean;
      break;
    case ondemand::json_type::string: {
      out.kind = JsonValue::Kind::string;
      if (!children) break;
      std::string_view text;
      if (Read error = value.get_string().get(text)) return error;
      out.text = text;
      break;
    }
    default:
      break;
  }
  return simdjson::SUCCESS;
}

}  // namespace

std::string simdjson_version() {
  return std::to_string(simdjson::SIMDJSON_VERSION_MAJOR) + "." + std::to_string(simdjson::SIMDJSON_VERSION_MINOR) +
         "." + std::to_string(simdjson::SIMDJSON_VERSION_REVISION);
}

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

/// The parser and its padded buffer.
class JsonParser::Impl {
 public:
  ondemand::parser parser;
  std::string buffer;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;

Result<JsonValue> JsonParser::parse(std::string_view text) {
  if (!is_utf8(text)) return fail(Code::invalid, "it is not valid UTF-8");
  if (!is_json(text)) return fail(Code::invalid, "it is not valid JSON");
  // An array around it: then every value is an on-demand *value*, a scalar at the top too.
  impl_->buffer.clear();
  impl_->buffer.reserve(text.size() + 2 + simdjson::SIMDJSON_PADDING);
  impl_->buffer += '[';
  impl_->buffer += text;
  impl_->buffer += ']';
  ondemand::document document;
  JsonValue wrapped;
  Read error =
      impl_->parser
          .iterate(simdjson::padded_string_view(impl_->buffer.data(), impl_->buffer.size(), impl_->buffer.capacity()))
          .get(document);
  ondemand::value outer;
  if (!error) error = document.get_value().get(outer);
  if (!error) error = fill(outer, wrapped, 0, {});
  if (error == simdjson::DEPTH_ERROR) return fail(Code::invalid, "it is nested too deeply");
  if (error || wrapped.elements.size() != 1) {
    return fail(Code::invalid, std::string("it cannot be read as JSON: ") + simdjson::error_message(error));
  }
  return std::move(wrapped.elements.front());
}

}  // namespace daybook::cli
