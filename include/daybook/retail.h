// The two projections that ship with daybook, inventory and analytics over retail events (docs/retail-events.md), and
// their rows.
//
// Threads: a Projection, one at a time (copies are independent); the rest like the State that it is given.
// Owns: rows own their bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daybook/projection.h"
#include "daybook/result.h"

namespace daybook {

/// Stock by SKU, from OrderPlaced, OrderCancelled, StockReceived and StockAdjusted. Its name is `inventory`.
[[nodiscard]] Projection inventory_projection();
/// Orders, units and revenue by total, country, day, SKU and customer, from OrderPlaced, OrderCancelled and
/// AccountAdjusted. Its name is `analytics`.
[[nodiscard]] Projection analytics_projection();

/// What the inventory knows of one SKU, in pieces.
struct InventoryRow {
  std::string sku;               ///< As the events give it.
  std::int64_t received = 0;     ///< From suppliers.
  std::int64_t sold = 0;         ///< By OrderPlaced.
  std::int64_t returned = 0;     ///< By OrderCancelled.
  std::int64_t written_off = 0;  ///< By StockAdjusted with the reason `writeOff`.
  std::int64_t adjusted = 0;     ///< By StockAdjusted with any other reason; signed.
  std::int64_t on_hand = 0;      ///< received - sold + returned - written_off + adjusted; may be negative.
};

/// What analytics adds up by.
enum class Dimension : std::uint8_t {
  total,     ///< One row, `all`.
  country,   ///< Of the order.
  day,       ///< The first ten characters of the event's own time.
  sku,       ///< Of the line.
  customer,  ///< Empty: no customer.
};

/// What analytics knows of one key of a dimension. Revenue is in thousandths.
struct AnalyticsRow {
  std::string key;                 ///< `all`, or a country, day, SKU or customer.
  std::int64_t orders = 0;         ///< Streams with an OrderPlaced line under this key.
  std::int64_t cancellations = 0;  ///< Streams with an OrderCancelled line under this key.
  std::int64_t units = 0;          ///< Sold less returned.
  std::int64_t gross_revenue = 0;  ///< Of OrderPlaced lines.
  std::int64_t net_revenue = 0;    ///< Gross, less cancelled, plus account adjustments.
};

/// The row of `sku`; nullopt where there is none. `state` is that of the inventory.
[[nodiscard]] Result<std::optional<InventoryRow>> inventory_row(State& state, std::string_view sku);
/// Every row in byte order of the SKU, until `row` returns false.
[[nodiscard]] Result<void> inventory_rows(State& state, const std::function<bool(const InventoryRow&)>& row);
/// The row of `key`; nullopt where there is none. `state` is that of analytics.
[[nodiscard]] Result<std::optional<AnalyticsRow>> analytics_row(State& state, Dimension dimension,
                                                                std::string_view key);
/// Every row of `dimension` in byte order of the key, until `row` returns false.
[[nodiscard]] Result<void> analytics_rows(State& state, Dimension dimension,
                                          const std::function<bool(const AnalyticsRow&)>& row);

/// `total`, `country`, `day`, `sku` or `customer`.
[[nodiscard]] std::string_view to_string(Dimension dimension);
/// The dimension of that name; nullopt for any other text.
[[nodiscard]] std::optional<Dimension> parse_dimension(std::string_view name);

/// `-?[0-9]+\.[0-9]{3}`, never `-0.000`.
[[nodiscard]] std::string money_text(std::int64_t thousandths);

}  // namespace daybook
