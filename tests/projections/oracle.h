// What the projections must say, computed by SQLite from the source itself: another language, another parser, nothing
// shared with daybook.
//
// Threads: one at a time. Owns: a database in memory. The only file that includes SQLite, with its source.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "daybook/log.h"
#include "daybook/retail.h"

namespace daybook::test {

/// received, sold, returned, writtenOff, adjusted, onHand, by SKU.
using InventoryRows = std::map<std::string, std::array<std::int64_t, 6>>;
/// orders, cancellations, units, grossRevenue, netRevenue (thousandths), by key.
using AnalyticsRows = std::map<std::string, std::array<std::int64_t, 5>>;

/// See above.
class Oracle {
 public:
  Oracle();
  ~Oracle();
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  /// Takes the order lines of an online-retail CSV, unpacked.
  void add_csv(std::string_view csv);
  /// Takes the events of a log, whose JSON SQLite reads.
  void add_events(Log& log);

  /// What the inventory must be.
  [[nodiscard]] InventoryRows inventory();
  /// What analytics must be.
  [[nodiscard]] AnalyticsRows analytics(Dimension dimension);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The rows of the inventory in this state.
[[nodiscard]] InventoryRows inventory_rows_of(State& state);
/// The rows of analytics in this state.
[[nodiscard]] AnalyticsRows analytics_rows_of(State& state, Dimension dimension);

}  // namespace daybook::test
