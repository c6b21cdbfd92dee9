// Folds events without a log: each becomes a sealed block, and the state is a map.
//
// Threads: one at a time. Owns: the state.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/block.h"
#include "daybook/retail.h"
#include "tests/support/memory_state.h"

namespace daybook::test {

/// Every row of `state`.
[[nodiscard]] Rows rows_of(State& state);

/// A block with these events, as if they were the first of a log.
[[nodiscard]] std::shared_ptr<const Block> block_of(const std::vector<Event>& events);

/// An event with JSON data.
[[nodiscard]] Event event_of(std::string stream, std::string type, std::string data);
/// An order line: `line("85123A", 6, "2.55")`.
[[nodiscard]] std::string line(std::string_view sku, std::int64_t quantity, std::string_view unit_price);
/// An order's data; `time_field` is placedAt, cancelledAt or adjustedAt; an empty customer is null.
[[nodiscard]] std::string order(std::string_view time_field, std::string_view customer, std::string_view country,
                                const std::vector<std::string>& lines, std::string_view time = "2010-12-01 08:26:00");

/// A projection over a MemoryState.
class Fold {
 public:
  explicit Fold(Projection projection) : projection_(std::move(projection)) {}
  /// Applies an event that the projection's query takes; passes over any other.
  [[nodiscard]] Result<void> apply(const Event& event);
  /// The same for an event that must be taken in.
  void take(const Event& event);
  /// Why `event` is refused; empty where it is not.
  [[nodiscard]] std::string refusal(const Event& event);
  [[nodiscard]] MemoryState& state() { return state_; }

 private:
  Projection projection_;
  MemoryState state_;
};

}  // namespace daybook::test
