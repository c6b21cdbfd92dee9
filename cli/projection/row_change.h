// How rows differ between two states: what `replay` tells of an event and `projection diff` of a range.
//
// Threads: any. Owns: its rows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/result.h"

#include "cli/projection/rows.h"

namespace daybook::cli {

/// A row before and after; one of them at least is set, and they differ.
struct RowChange {
  std::optional<Row> before;  ///< nullopt: it was added.
  std::optional<Row> after;   ///< nullopt: it was removed.
  [[nodiscard]] const std::string& key() const { return before ? before->key : after->key; }
};

/// The rows of `source` that differ, in byte order of the key; with `key` only that one.
[[nodiscard]] Result<std::vector<RowChange>> row_changes(const RowSource& source, const std::optional<std::string>& key,
                                                         State& before, State& after);

/// Appends the members `"sku":"A","change":"changed","before":{"sold":1},"after":{"sold":2}`, without braces around
/// them. A changed row has the fields that differ in both; an added one is whole in `after`, a removed one in `before`,
/// and the other is null.
void append_change_json(std::string& out, const RowShape& shape, const RowChange& change);
/// `sold 1 -> 2, onHand 9 -> 8`; a row added or removed is named as such, with its fields that are not 0.
[[nodiscard]] std::string change_text(const RowShape& shape, const RowChange& change);

}  // namespace daybook::cli
