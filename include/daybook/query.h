// One language for reads, subscriptions, projections and append conditions: an OR of items, each an AND of parts.
//
// Threads: values; any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daybook/ids.h"
#include "daybook/result.h"

namespace daybook {

class EventView;

/// One alternative of a query. An absent part does not restrict; an item without parts matches every event.
struct QueryItem {
  std::vector<std::string> streams{};    ///< Any of these. Excludes `stream_prefix`.
  std::string stream_prefix{};           ///< The stream's name begins with it.
  std::vector<std::string> types{};      ///< Any of these.
  std::vector<std::string> tags{};       ///< All of these.
  std::optional<Uuid> correlation_id{};  ///< Exactly this one.

  /// Whether no part restricts it.
  [[nodiscard]] bool matches_all() const;
};

/// At most 64 items and 256 terms. Without items it matches every event.
struct Query {
  std::vector<QueryItem> items{};  ///< Any of these.

  /// Whether every event matches: no items, or one without parts.
  [[nodiscard]] bool matches_all() const;
  /// Whether `event` matches. Costs the parts of the query; no allocation.
  [[nodiscard]] bool matches(const EventView& event) const;
  /// `invalid` or `too_large` where a limit of docs/limits.md is broken, or an item has streams and a prefix.
  [[nodiscard]] Result<void> check() const;
};

}  // namespace daybook
