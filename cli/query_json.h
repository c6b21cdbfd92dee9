// A query as JSON, the form that every part of daybook takes: `[{"streams":[],"types":[],...}]`.
//
// Threads: any.
#pragma once

#include <string_view>

#include "daybook/query.h"
#include "daybook/result.h"

#include "cli/json_door.h"

namespace daybook::cli {

/// Reads `[{"streams":[...],"streamPrefix":"...","types":[...],"tags":[...],"correlation":"UUID"},...]`. Absent parts
/// do not restrict, and neither do empty ones. `invalid` names the part that is wrong; limits are checked too.
[[nodiscard]] Result<Query> query_of_json(const JsonValue& json);
/// The same from text, as in `--fail-if-match`.
[[nodiscard]] Result<Query> parse_query(std::string_view text);

}  // namespace daybook::cli
