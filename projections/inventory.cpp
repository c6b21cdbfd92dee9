// Stock by SKU. State: `s` SKU -> received, sold, returned, writtenOff, adjusted. What is on hand follows from these,
// so it is computed when it is read, and only checked here to fit.
#include <array>
#include <string>

#include "daybook/retail.h"
#include "projections/money.h"
#include "projections/retail_decoder.h"
#include "projections/state_row.h"

namespace daybook {
namespace {

constexpr std::uint32_t kFoldVersion = 1;
constexpr char kRowByte = 's';
enum Column : std::size_t { kReceived, kSold, kReturned, kWrittenOff, kAdjusted, kColumns };
using Counts = std::array<std::int64_t, kColumns>;

bool compute_on_hand(const Counts& counts, std::int64_t& on_hand) {
  on_hand = counts[kReceived];
  return subtract_from(on_hand, counts[kSold]) && add_to(on_hand, counts[kReturned]) &&
         subtract_from(on_hand, counts[kWrittenOff]) && add_to(on_hand, counts[kAdjusted]);
}

class Inventory {
 public:
  Result<void> operator()(const EventView& event, State& state) {
    const std::string_view type = event.type();
    if (type == "OrderPlaced") return add_lines(decoder_.stock_lines(event), kSold, state);
    if (type == "OrderCancelled") return add_lines(decoder_.stock_lines(event), kReturned, state);
    if (type == "StockReceived") {
      const auto line = decoder_.stock_received(event);
      if (!line) return std::unexpected(line.error());
      return add(line->sku, kReceived, line->quantity, state);
    }
    const auto adjustment = decoder_.stock_adjusted(event);
    if (!adjustment) return std::unexpected(adjustment.error());
    if (adjustment->reason != "writeOff") return add_lines(adjustment->lines, kAdjusted, state);
    return write_off(adjustment->lines, state);
  }

 private:
  Result<void> add_lines(const Result<std::span<const RetailLine>>& lines, Column column, State& state) {
    if (!lines) return std::unexpected(lines.error());
    for (const RetailLine& line : *lines) {
      if (auto added = add(line.sku, column, line.quantity, state); !added) return added;
    }
    return {};
  }

  // What left the shelves is a negative change of stock and counts as a positive write-off.
  Result<void> write_off(std::span<const RetailLine> lines, State& state) {
    for (const RetailLine& line : lines) {
      std::int64_t written_off = 0;
      if (!subtract_from(written_off, line.quantity)) return overflow(line.sku);
      if (auto added = add(line.sku, kWrittenOff, written_off, state); !added) return added;
    }
    return {};
  }

  Result<void> add(std::string_view sku, Column column, std::int64_t quantity, State& state) {
    key_.assign(1, kRowByte).append(sku);
    const auto stored = get_counts<kColumns>(state, key_);
    if (!stored) return std::unexpected(stored.error());
    Counts counts = stored->value_or(Counts{});
    std::int64_t on_hand = 0;
    if (!add_to(counts[column], quantity) || !compute_on_hand(counts, on_hand)) return overflow(sku);
    return put_counts(state, key_, counts);
  }

  static Result<void> overflow(std::string_view sku) {
    return fail(Code::invalid, "a count of sku " + std::string(sku) + " goes beyond 64 bits");
  }

  RetailDecoder decoder_;
  std::string key_;
};

InventoryRow row_of(std::string_view sku, const Counts& counts) {
  InventoryRow row{.sku = std::string(sku),
                   .received = counts[kReceived],
                   .sold = counts[kSold],
                   .returned = counts[kReturned],
                   .written_off = counts[kWrittenOff],
                   .adjusted = counts[kAdjusted]};
  // The fold refused whatever does not fit.
  static_cast<void>(compute_on_hand(counts, row.on_hand));
  return row;
}

}  // namespace

Projection inventory_projection() {
  return {.name = "inventory",
          .fold_version = kFoldVersion,
          .query = {.items = {{.types = {"OrderPlaced", "OrderCancelled", "StockReceived", "StockAdjusted"}}}},
          .apply = Inventory()};
}

Result<std::optional<InventoryRow>> inventory_row(State& state, std::string_view sku) {
  const auto counts = get_counts<kColumns>(state, kRowByte + std::string(sku));
  if (!counts) return std::unexpected(counts.error());
  if (!*counts) return std::nullopt;
  return row_of(sku, **counts);
}

Result<void> inventory_rows(State& state, const std::function<bool(const InventoryRow&)>& row) {
  bool good = true;
  auto scanned = state.scan(std::string_view(&kRowByte, 1), [&](std::string_view key, std::string_view value) {
    const auto counts = decode_counts<kColumns>(value);
    good = counts.has_value();
    return good && row(row_of(key.substr(1), *counts));
  });
  if (scanned && !good) return fail(Code::corruption, kDamagedRow);
  return scanned;
}

}  // namespace daybook
