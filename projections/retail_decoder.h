// Decodes the retail events of docs/retail-events.md from their JSON. Each function decodes what its caller folds, and
// refuses (`invalid`, with the field's path) what is missing, of another type or out of range.
//
// Threads: one at a time; copies are independent. Owns: the parsed document (the only file that includes simdjson in
// this folder is the source). Views are valid until the next call.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "daybook/event.h"
#include "daybook/result.h"

namespace daybook {

/// One line of an order. Without `unit_price`, in thousandths, where the caller folds stock only.
struct RetailLine {
  std::string_view sku;
  std::int64_t quantity = 0;
  std::int64_t unit_price = 0;
};

/// OrderPlaced, OrderCancelled or AccountAdjusted, as far as money goes.
struct RetailOrder {
  std::string_view customer;  ///< Empty: none.
  std::string_view country;
  std::string_view day;  ///< The first ten characters of the event's own time.
  std::span<const RetailLine> lines;
};

/// StockAdjusted.
struct StockAdjustment {
  std::string_view reason;
  std::span<const RetailLine> lines;
};

/// A sku, country or customer may have this many bytes.
inline constexpr std::size_t kRetailTextBytesMax = 1024;

/// See above.
class RetailDecoder {
 public:
  RetailDecoder();
  ~RetailDecoder();
  RetailDecoder(const RetailDecoder& other);
  RetailDecoder& operator=(const RetailDecoder& other);

  /// `time_field` is the name of the event's own time: placedAt, cancelledAt or adjustedAt.
  [[nodiscard]] Result<RetailOrder> order(const EventView& event, std::string_view time_field);
  /// The `lines` of an event with sku and quantity.
  [[nodiscard]] Result<std::span<const RetailLine>> stock_lines(const EventView& event);
  [[nodiscard]] Result<RetailLine> stock_received(const EventView& event);
  [[nodiscard]] Result<StockAdjustment> stock_adjusted(const EventView& event);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook
