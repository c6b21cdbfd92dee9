// One condition of a rule: a column, an operator and what to compare with.
//
// Threads: any once built. Owns: its operand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "cli/import/glob.h"
#include "cli/import/row.h"

namespace daybook::cli {

/// How a value and an operand compare.
enum class Comparison : std::uint8_t { eq, ne, lt, le, gt, ge };

/// A number of the mapping, as text, so that it compares exactly; as an integer too where it is one.
struct NumberOperand {
  std::string text;
  std::optional<std::int64_t> integer;
};

/// `empty = true|false`.
struct EmptyOperand {
  bool expected = true;
};

/// See above. What the operand is decides how the value is read: a number as a number (a value that is none: the
/// condition does not hold), a text as text, a boolean as a JSON boolean. An object or array has none of these.
struct Condition {
  std::size_t column = 0;
  Comparison comparison = Comparison::eq;  ///< Not used by Glob and EmptyOperand.
  std::variant<NumberOperand, std::string, bool, Glob, EmptyOperand> operand;

  [[nodiscard]] bool holds(std::span<const Value> values) const;
};

}  // namespace daybook::cli
