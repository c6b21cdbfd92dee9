// What `replay` and `projection diff` do. Each returns the command's exit code.
//
// Threads: the main thread. Owns: nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/ids.h"
#include "daybook/replay.h"
#include "daybook/result.h"

#include "cli/command.h"
#include "cli/projection/row_change.h"
#include "cli/projection/rows.h"
#include "cli/table.h"

namespace daybook::cli {

/// Which rows of a projection are looked at.
struct RowSelection {
  std::vector<RowSource> sources;  ///< One, or every dimension of analytics.
  std::optional<std::string> key;  ///< Only this one.
};

/// The columns that name a row: its key; and its dimension, where there are several.
[[nodiscard]] std::vector<Column> key_columns(const RowSelection& selection);
/// Adds the cells of these columns.
void add_key_cells(std::vector<std::string>& cells, const RowSelection& selection, const RowShape& shape,
                   const std::string& key);

/// `not_found` where the state has no row of the key that is selected: a mistyped key is told from a quiet one.
[[nodiscard]] Result<void> check_key(ProjectionReplay& replay, const std::string& name, const RowSelection& selection);

/// `replay`'s flags.
struct ReplayRequest {
  /// What is printed.
  enum class Show : std::uint8_t { changes, state, none, explain };
  std::string name;                      ///< The projection's.
  std::optional<std::string> dimension;  ///< Of analytics; all when absent.
  std::optional<std::string> key;        ///< Only this row.
  Show show = Show::changes;
  std::optional<Sequence> from;     ///< Changes are printed from here.
  Sequence through = kSequenceMax;  ///< Folded through here.
};
/// `replay PROJECTION`.
[[nodiscard]] int replay_projection(const Context& context, const ReplayRequest& request);

/// `projection diff`'s flags.
struct DiffRequest {
  std::string name;                      ///< The projection's.
  std::optional<std::string> dimension;  ///< Of analytics; all when absent.
  std::optional<std::string> key;        ///< Only this row.
  Sequence from;                         ///< The state as of here ...
  std::optional<Sequence> through;       ///< ... against that as of here; the head when absent.
};
/// `projection diff NAME`.
[[nodiscard]] int diff_projection(const Context& context, const DiffRequest& request);

}  // namespace daybook::cli
