// simdjson's On-Demand interface is used because it alone gives a value's own text; the DOM makes a number a double or
// refuses it. On-Demand checks only what is visited, so the whole record is checked against the grammar first, and
// then only what the mapping names is taken out of it.
#include "cli/import/json_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "cli/import/input_window.h"
#include "cli/json_text.h"

namespace daybook::cli {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(InputWindow::kPaddingBytes >= simdjson::SIMDJSON_PADDING);

constexpr std::size_t kNoValue = static_cast<std::size_t>(-1);

/// The paths as a tree, a level a dot.
struct Node {
  std::string key;
  std::size_t value = kNoValue;
  std::vector<Node> children;
  mutable std::uint64_t seen_in = 0;  ///< The record that had this key last: of two equal keys the first counts.
};

void insert(Node& root, std::string_view path, std::size_t value) {
  Node* node = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    auto child = std::ranges::find(node->children, key, &Node::key);
    if (child == node->children.end()) child = node->children.insert(child, Node{.key = std::string(key)});
    node = &*child;
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  node->value = value;
}

Value::Kind kind_of(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::object:
    case ondemand::json_type::array:
      return Value::Kind::composite;
    case ondemand::json_type::string:
      return Value::Kind::text;
    case ondemand::json_type::number:
      return Value::Kind::number;
    case ondemand::json_type::boolean:
      return Value::Kind::boolean;
    case ondemand::json_type::null:
      return Value::Kind::null;
  }
  return Value::Kind::null;
}

std::unexpected<Problem> complain(std::size_t at, std::string reason) {
  return std::unexpected(Problem{at, std::move(reason)});
}

}  // namespace

class JsonReader::Impl {
 public:
  explicit Impl(std::span<const std::string> paths) : values_(paths.size()) {
    for (std::size_t i = 0; i < paths.size(); ++i) insert(root_, paths[i], i);
  }

  Checked<> parse(std::string_view json) {
    text_ = json;
    ++record_;
    std::ranges::fill(values_, Value{});
    if (const auto at = json_flaw_at(json)) {
      return complain(*at, trim_json(json).empty() ? "an empty line, where each holds a JSON object" : "no valid JSON");
    }
    ondemand::document document;
    ondemand::object object;
    if (const auto error = parser_.iterate(json, json.size() + InputWindow::kPaddingBytes).get(document)) {
      return complain(0, simdjson::error_message(error));
    }
    if (document.get_object().get(object)) return complain(0, "no JSON object");
    document_ = &document;
    return take_from(object, root_);
  }

  std::span<const Value> values() const { return values_; }

 private:
  Checked<> take_from(ondemand::object& object, const Node& node) {
    for (auto field : object) {
      std::string_view key;
      // A key that cannot be text (half a surrogate pair) is not one that a mapping can name.
      if (field.unescaped_key().get(key)) continue;
      const Node* const child = find_new(node, key);
      if (child == nullptr) continue;
      ondemand::value value;
      if (const auto error = field.value().get(value)) return complain(0, simdjson::error_message(error));
      if (auto taken = take(value, *child); !taken) return taken;
    }
    return {};
  }

  /// The child with this key, unless the record had it before.
  const Node* find_new(const Node& node, std::string_view key) const {
    for (const Node& child : node.children) {
      if (child.key != key) continue;
      return std::exchange(child.seen_in, record_) == record_ ? nullptr : &child;
    }
    return nullptr;
  }

  Checked<> take(ondemand::value& value, const Node& node) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return complain(0, simdjson::error_message(error));
    const std::string_view token = value.raw_json_token();
    const auto at = static_cast<std::size_t>(token.data() - text_.data());
    Value found{.kind = kind_of(type), .at = at, .text = trim_json(token), .json = trim_json(token)};
    if (type == ondemand::json_type::object) {
      // Its text is known once it has been gone through, so it is not taken from `token`.
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return complain(at, simdjson::error_message(error));
      if (auto taken = take_from(object, node); !taken) return taken;
      return take_composite(at, node);
    }
    if (node.value == kNoValue) return {};
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      std::string_view json;
      if (value.get_array().get(array) || array.raw_json().get(json)) return complain(at, "an unreadable array");
      found.json = trim_json(json);
    }
    if (type == ondemand::json_type::string && value.get_string().get(found.text)) {
      return complain(at, "a string with half of a surrogate pair");
    }
    if (found.kind == Value::Kind::composite || found.kind == Value::Kind::null) found.text = {};
    values_[node.value] = found;
    return {};
  }

  Checked<> take_composite(std::size_t at, const Node& node) {
    if (node.value == kNoValue) return {};
    // The parser stands on the token behind the value, which exists because the record is an object.
    const char* end = nullptr;
    if (const auto error = document_->current_location().get(end)) return complain(at, simdjson::error_message(error));
    const auto bytes = static_cast<std::size_t>(end - text_.data()) - at;
    values_[node.value] = {
        .kind = Value::Kind::composite, .at = at, .text = {}, .json = trim_json(text_.substr(at, bytes))};
    return {};
  }

  Node root_;
  ondemand::parser parser_;
  ondemand::document* document_ = nullptr;  ///< Of the call at hand.
  std::string_view text_;
  std::uint64_t record_ = 0;
  std::vector<Value> values_;
};

JsonReader::JsonReader(std::span<const std::string> paths) : impl_(std::make_unique<Impl>(paths)) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Checked<> JsonReader::parse(std::string_view json) {
  return impl_->parse(json);
}
std::span<const Value> JsonReader::values() const {
  return impl_->values();
}

}  // namespace daybook::cli
