// Orders, units and revenue by dimension. State: `r` dimension key -> orders, cancellations, units, gross, net; and the
// marks of each stream (stream_marks.h), by which an order counts once under a key.
//
// Why an event is summed up first: an order of twenty lines changes the rows of its total, country, day and customer
// once and not twenty times, and a sku that stands on several of its lines once as well.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "daybook/retail.h"
#include "projections/money.h"
#include "projections/retail_decoder.h"
#include "projections/state_row.h"
#include "projections/stream_marks.h"

namespace daybook {
namespace {

constexpr std::uint32_t kFoldVersion = 1;
constexpr char kRowByte = 'r';
constexpr std::string_view kTotalKey = "all";
enum Column : std::size_t { kOrders, kCancellations, kUnits, kGross, kNet, kColumns };
using Counts = std::array<std::int64_t, kColumns>;

struct Name {
  Dimension dimension;
  std::string_view text;
};
constexpr std::array<Name, 5> kNames{Name{Dimension::total, "total"}, Name{Dimension::country, "country"},
                                     Name{Dimension::day, "day"}, Name{Dimension::sku, "sku"},
                                     Name{Dimension::customer, "customer"}};

// Their order is that of Dimension, so marks that are made dimension by dimension are sorted.
char byte_of(Dimension dimension) {
  return static_cast<char>('0' + static_cast<int>(dimension));
}

// What an event does to one key.
struct Part {
  Dimension dimension;
  std::string_view key;
  Counts change{};
};

bool add_counts(Counts& counts, const Counts& change) {
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (!add_to(counts[i], change[i])) return false;
  }
  return true;
}

enum class Kind : std::uint8_t { placed, cancelled, adjusted };

bool line_change(Kind kind, const RetailLine& line, Counts& change) {
  std::int64_t amount = 0;
  if (!multiply(line.quantity, line.unit_price, amount)) return false;
  switch (kind) {
    case Kind::placed:
      change[kUnits] = line.quantity;
      change[kGross] = amount;
      change[kNet] = amount;
      return true;
    case Kind::cancelled:
      return subtract_from(change[kUnits], line.quantity) && subtract_from(change[kNet], amount);
    case Kind::adjusted:
      change[kNet] = amount;
      return true;
  }
  return false;
}

class Analytics {
 public:
  Result<void> operator()(const EventView& event, State& state) {
    const std::string_view type = event.type();
    if (type == "OrderPlaced") return fold(event, Kind::placed, "placedAt", state);
    if (type == "OrderCancelled") return fold(event, Kind::cancelled, "cancelledAt", state);
    return fold(event, Kind::adjusted, "adjustedAt", state);
  }

 private:
  Result<void> fold(const EventView& event, Kind kind, std::string_view time_field, State& state) {
    const auto order = decoder_.order(event, time_field);
    if (!order) return std::unexpected(order.error());
    if (order->lines.empty()) return {};
    if (auto summed = sum_up(*order, kind); !summed) return summed;
    if (kind != Kind::adjusted) {
      if (auto counted = count_stream(event.stream(), kind, state); !counted) return counted;
    }
    for (const Part& part : parts_) {
      if (auto added = add(part, state); !added) return added;
    }
    return {};
  }

  // Fills parts_ in the order of (dimension, key).
  Result<void> sum_up(const RetailOrder& order, Kind kind) {
    Part total{.dimension = Dimension::total, .key = kTotalKey};
    skus_.clear();
    for (const RetailLine& line : order.lines) {
      Part sku{.dimension = Dimension::sku, .key = line.sku};
      if (!line_change(kind, line, sku.change) || !add_counts(total.change, sku.change)) return overflow(sku);
      skus_.push_back(sku);
    }
    std::ranges::stable_sort(skus_, {}, &Part::key);
    parts_.clear();
    parts_.push_back(total);
    parts_.push_back({.dimension = Dimension::country, .key = order.country, .change = total.change});
    parts_.push_back({.dimension = Dimension::day, .key = order.day, .change = total.change});
    for (const Part& sku : skus_) {
      if (parts_.back().dimension != Dimension::sku || parts_.back().key != sku.key) {
        parts_.push_back(sku);
      } else if (!add_counts(parts_.back().change, sku.change)) {
        return overflow(sku);
      }
    }
    parts_.push_back({.dimension = Dimension::customer, .key = order.customer, .change = total.change});
    return {};
  }

  // Counts the stream under those keys where no earlier event of it was counted.
  Result<void> count_stream(std::string_view stream, Kind kind, State& state) {
    const char kind_byte = kind == Kind::placed ? 'o' : 'c';
    mark_bytes_.clear();
    for (const Part& part : parts_) mark_bytes_.append({kind_byte, byte_of(part.dimension)}).append(part.key);
    marks_.clear();
    std::string_view left = mark_bytes_;
    for (const Part& part : parts_) {
      marks_.push_back(left.substr(0, 2 + part.key.size()));
      left.remove_prefix(2 + part.key.size());
    }
    const auto fresh = stream_marks_.add(stream, marks_, state);
    if (!fresh) return std::unexpected(fresh.error());
    const Column column = kind == Kind::placed ? kOrders : kCancellations;
    for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].change[column] = (*fresh)[i];
    return {};
  }

  Result<void> add(const Part& part, State& state) {
    key_.assign({kRowByte, byte_of(part.dimension)}).append(part.key);
    const auto stored = get_counts<kColumns>(state, key_);
    if (!stored) return std::unexpected(stored.error());
    Counts counts = stored->value_or(Counts{});
    if (!add_counts(counts, part.change)) return overflow(part);
    return put_counts(state, key_, counts);
  }

  static Result<void> overflow(const Part& part) {
    return fail(Code::invalid, "a sum of " + std::string(to_string(part.dimension)) + " " + std::string(part.key) +
                                   " goes beyond 64 bits");
  }

  RetailDecoder decoder_;
  StreamMarks stream_marks_;
  std::vector<Part> skus_;
  std::vector<Part> parts_;
  std::string mark_bytes_;
  std::vector<std::string_view> marks_;
  std::string key_;
};

AnalyticsRow row_of(std::string_view key, const Counts& counts) {
  return {.key = std::string(key),
          .orders = counts[kOrders],
          .cancellations = counts[kCancellations],
          .units = counts[kUnits],
          .gross_revenue = counts[kGross],
          .net_revenue = counts[kNet]};
}

std::string row_prefix(Dimension dimension) {
  return {kRowByte, byte_of(dimension)};
}

}  // namespace

Projection analytics_projection() {
  return {.name = "analytics",
          .fold_version = kFoldVersion,
          .query = {.items = {{.types = {"OrderPlaced", "OrderCancelled", "AccountAdjusted"}}}},
          .apply = Analytics()};
}

Result<std::optional<AnalyticsRow>> analytics_row(State& state, Dimension dimension, std::string_view key) {
  const auto counts = get_counts<kColumns>(state, row_prefix(dimension).append(key));
  if (!counts) return std::unexpected(counts.error());
  if (!*counts) return std::nullopt;
  return row_of(key, **counts);
}

Result<void> analytics_rows(State& state, Dimension dimension, const std::function<bool(const AnalyticsRow&)>& row) {
  bool good = true;
  const std::string prefix = row_prefix(dimension);
  auto scanned = state.scan(prefix, [&](std::string_view key, std::string_view value) {
    const auto counts = decode_counts<kColumns>(value);
    good = counts.has_value();
    return good && row(row_of(key.substr(prefix.size()), *counts));
  });
  if (scanned && !good) return fail(Code::corruption, kDamagedRow);
  return scanned;
}

std::string_view to_string(Dimension dimension) {
  return kNames[static_cast<std::size_t>(dimension)].text;
}

std::optional<Dimension> parse_dimension(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name, &Name::text);
  if (found == kNames.end()) return std::nullopt;
  return found->dimension;
}

}  // namespace daybook
