// Keys are sorted and escaped once, when the mapping is read; a row then only copies bytes and converts values. Fixed
// order is what makes the same rows the same bytes, and so a second import the same request.
#include "cli/import/shape.h"

#include "cli/json_text.h"

namespace daybook::cli {
namespace {

/// Appends one value; false when its key is to be left out.
struct AppendValue {
  std::string& out;
  std::span<const Value> values;
  std::string& scratch;

  Checked<bool> operator()(const Member::Constant& constant) const {
    out += constant.json;
    return true;
  }
  Checked<bool> operator()(const TextTemplate& text) const {
    scratch.clear();
    if (auto appended = text.append_to(scratch, values); !appended) return std::unexpected(appended.error());
    append_json_string(out, scratch);
    return true;
  }
  Checked<bool> operator()(const Field& field) const { return field.append_to(out, values); }
  Checked<bool> operator()(const std::unique_ptr<Shape>& shape) const {
    if (auto appended = shape->append_object(out, values); !appended) return std::unexpected(appended.error());
    return true;
  }
};

}  // namespace

Checked<> Shape::append_members(std::string& out, std::span<const Value> values, bool& is_first) const {
  std::string scratch;
  for (const Member& member : members) {
    const std::size_t begin = out.size();
    if (!is_first) out += ',';
    out += member.key_json;
    const auto appended = std::visit(AppendValue{out, values, scratch}, member.value);
    if (!appended) return std::unexpected(appended.error());
    if (*appended) {
      is_first = false;
    } else {
      out.resize(begin);
    }
  }
  return {};
}

Checked<> Shape::append_object(std::string& out, std::span<const Value> values) const {
  bool is_first = true;
  out += '{';
  if (auto appended = append_members(out, values, is_first); !appended) return appended;
  out += '}';
  return {};
}

}  // namespace daybook::cli
