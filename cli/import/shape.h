// The shape of a JSON object that the mapping describes, and how a row fills it.
//
// Threads: any once built. Owns: its members.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/import/field.h"
#include "cli/import/row.h"
#include "cli/import/text_template.h"

namespace daybook::cli {

struct Member;

/// An object's members, in byte order of their keys.
struct Shape {
  std::vector<Member> members;

  /// Appends `"key":value` for each member, with commas; `is_first` says whether one is needed before the next. On a
  /// problem `out` may hold a part.
  [[nodiscard]] Checked<> append_members(std::string& out, std::span<const Value> values, bool& is_first) const;
  /// The same as a whole object.
  [[nodiscard]] Checked<> append_object(std::string& out, std::span<const Value> values) const;
};

/// One key and where its value comes from.
struct Member {
  /// A constant, as JSON.
  struct Constant {
    std::string json;
  };

  std::string key_json;  ///< The key as JSON, the colon included.
  std::variant<Constant, TextTemplate, Field, std::unique_ptr<Shape>> value;
};

}  // namespace daybook::cli
