// A mapping file: how rows become events (docs/mapping.md).
//
// Threads: one at a time (its times remember answers). Owns: everything that it names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/import/condition.h"
#include "cli/import/occurred_at.h"
#include "cli/import/row.h"
#include "cli/import/shape.h"
#include "cli/import/text_template.h"
#include "daybook/result.h"

namespace daybook::cli {

/// The form of an input.
enum class InputFormat : std::uint8_t { csv, jsonl };

/// A place in the mapping file, from 1.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// A column that the mapping names (in JSON lines: a path), and where it does so first.
struct MappedColumn {
  std::string name;
  Position position;
};

/// One `[[event]]`.
struct Rule {
  std::vector<Condition> when;
  bool skip = false;
  std::vector<std::size_t> group;  ///< Columns; empty: one event a row.
  TextTemplate stream;
  TextTemplate type;
  std::vector<TextTemplate> tags;
  std::optional<OccurredAt> occurred_at;
  std::optional<TextTemplate> correlation;
  bool data_is_record = false;
  Shape data_before_lines;     ///< The members of `data` whose keys come before `lines`,
  std::optional<Shape> lines;  ///< the elements of `lines`,
  Shape data_after_lines;      ///< and the members behind it.

  /// Whether all conditions hold.
  [[nodiscard]] bool takes(std::span<const Value> values) const;
};

/// See above.
struct Mapping {
  std::string file;  ///< Its name, for messages.
  std::string source;
  InputFormat format = InputFormat::csv;
  char delimiter = ',';
  std::optional<std::vector<std::string>> csv_columns;  ///< For a CSV without a header.
  std::vector<MappedColumn> columns;                    ///< Each once; a Value of a row for each.
  std::vector<Rule> rules;

  /// Reads the file. Errors, `invalid` all of them: unreadable, or wrong, with `FILE:LINE:COLUMN: reason`.
  [[nodiscard]] static Result<Mapping> load(const std::string& path);
  /// The same from text; `file` is what messages call it.
  [[nodiscard]] static Result<Mapping> parse(std::string_view toml, const std::string& file);

  /// `FILE:LINE:COLUMN: `.
  [[nodiscard]] std::string where(Position position) const;
};

}  // namespace daybook::cli
