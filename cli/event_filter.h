// The flags that say which events: those of `read`, `tail` and whatever else shows events. Together they make one item
// of a query.
//
// Threads: the main thread. Owns: the values given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daybook/ids.h"
#include "daybook/query.h"
#include "daybook/result.h"

namespace CLI {
class App;
}

namespace daybook::cli {

/// What the flags gave. Lives as long as the command that add_filter() was called for.
struct EventFilter {
  std::vector<std::string> streams;          ///< --stream: any of these.
  std::optional<std::string> stream_prefix;  ///< --stream-prefix.
  std::vector<std::string> types;            ///< --type: any of these.
  std::vector<std::string> tags;             ///< --tag: all of these.
  std::optional<Uuid> correlation;           ///< --correlation.

  /// The query of one item; `invalid` or `too_large` as Query::check().
  [[nodiscard]] Result<Query> query() const;
};

/// Adds the flags to `command`.
void add_filter(CLI::App& command, EventFilter& filter);

}  // namespace daybook::cli
