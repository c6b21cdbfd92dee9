// The JSON names are a promise (docs/retail-events.md), so they stand here once and tables use them too.
#include "cli/projection/rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/json_text.h"

namespace daybook::cli {
namespace {

const RowShape kInventoryShape{
    .key_name = "sku", .fields = {{"received"}, {"sold"}, {"returned"}, {"writtenOff"}, {"adjusted"}, {"onHand"}}};

constexpr std::array<Dimension, 5> kDimensions{Dimension::total, Dimension::country, Dimension::day, Dimension::sku,
                                               Dimension::customer};

RowShape analytics_shape(Dimension dimension) {
  return {.key_name = to_string(dimension),
          .fields = {{"orders"}, {"cancellations"}, {"units"}, {"grossRevenue", true}, {"netRevenue", true}}};
}

Row row_of(const InventoryRow& row) {
  return {.key = row.sku, .values = {row.received, row.sold, row.returned, row.written_off, row.adjusted, row.on_hand}};
}

Row row_of(const AnalyticsRow& row) {
  return {.key = row.key, .values = {row.orders, row.cancellations, row.units, row.gross_revenue, row.net_revenue}};
}

template <class Found>
Result<std::optional<Row>> as_row(Found found) {
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::nullopt;
  return row_of(**found);
}

}  // namespace

std::optional<std::size_t> RowShape::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &RowField::name);
  if (found == fields.end()) return std::nullopt;
  return static_cast<std::size_t>(found - fields.begin());
}

RowSource::RowSource(std::optional<Dimension> dimension)
    : dimension_(dimension), shape_(dimension ? analytics_shape(*dimension) : kInventoryShape) {}

Result<RowSource> RowSource::of(std::string_view projection, const std::optional<std::string>& dimension) {
  if (projection == "inventory") {
    if (!dimension || *dimension == kInventoryShape.key_name) return RowSource(std::nullopt);
    return fail(Code::invalid, "inventory has no dimension " + *dimension + "; it has one row a sku");
  }
  const std::optional<Dimension> known = parse_dimension(dimension.value_or("total"));
  if (!known) {
    return fail(Code::invalid,
                "analytics has no dimension " + *dimension + "; it has total, country, day, sku, customer");
  }
  return RowSource(known);
}

Result<std::vector<RowSource>> RowSource::all(std::string_view projection,
                                              const std::optional<std::string>& dimension) {
  std::vector<RowSource> sources;
  if (projection == "analytics" && !dimension) {
    for (const Dimension each : kDimensions) sources.push_back(RowSource(each));
    return sources;
  }
  auto source = of(projection, dimension);
  if (!source) return std::unexpected(std::move(source.error()));
  sources.push_back(std::move(*source));
  return sources;
}

Result<std::optional<Row>> RowSource::find(State& state, std::string_view key) const {
  return dimension_ ? as_row(analytics_row(state, *dimension_, key)) : as_row(inventory_row(state, key));
}

Result<void> RowSource::scan(State& state, const std::function<bool(const Row&)>& row) const {
  if (dimension_) {
    return analytics_rows(state, *dimension_, [&](const AnalyticsRow& found) { return row(row_of(found)); });
  }
  return inventory_rows(state, [&](const InventoryRow& found) { return row(row_of(found)); });
}

std::string value_text(const RowField& field, std::int64_t value) {
  return field.money ? money_text(value) : std::to_string(value);
}

std::vector<std::string> dimension_names() {
  std::vector<std::string> names;
  for (const Dimension each : kDimensions) names.emplace_back(to_string(each));
  return names;
}

void append_field_json(std::string& out, const RowField& field, std::int64_t value) {
  const std::string_view quote = field.money ? "\"" : "";
  out.append("\"").append(field.name).append("\":").append(quote).append(value_text(field, value)).append(quote);
}

void append_row_json(std::string& out, const RowShape& shape, const Row& row) {
  out.append("{\"").append(shape.key_name).append("\":");
  append_json_string(out, row.key);
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    out.push_back(',');
    append_field_json(out, shape.fields[i], row.values[i]);
  }
  out.push_back('}');
}

}  // namespace daybook::cli
