// The inventory, event by event.
#include <array>

#include <doctest/doctest.h>

#include "tests/projections/fold_fixture.h"

namespace daybook {
namespace {

using test::event_of;
using test::Fold;
using test::line;
using test::order;

InventoryRow row(Fold& fold, std::string_view sku) {
  const auto found = inventory_row(fold.state(), sku);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  return **found;
}

std::size_t row_count(Fold& fold) {
  std::size_t count = 0;
  REQUIRE(inventory_rows(fold.state(), [&](const InventoryRow&) { return ++count > 0; }).has_value());
  return count;
}

Event placed(const std::vector<std::string>& lines) {
  return event_of("order-1", "OrderPlaced", order("placedAt", "17850", "France", lines));
}

}  // namespace

TEST_CASE("inventory: what is on hand is received - sold + returned - writtenOff + adjusted") {
  Fold fold(inventory_projection());
  fold.take(event_of("stock-A", "StockReceived", R"({"sku":"A","quantity":100,"receivedAt":"2010-12-01"})"));
  fold.take(placed({line("A", 30, "1.0"), line("A", 5, "2.0"), line("B", 1, "1.0")}));
  fold.take(event_of("order-1", "OrderCancelled", order("cancelledAt", "", "France", {line("A", 4, "1.0")})));
  fold.take(
      event_of("x", "StockAdjusted", R"({"reason":"writeOff","adjustedAt":"t","lines":[{"sku":"A","quantity":-7}]})"));
  fold.take(
      event_of("x", "StockAdjusted", R"({"reason":"stockTake","adjustedAt":"t","lines":[{"sku":"A","quantity":-2}]})"));
  const InventoryRow a = row(fold, "A");
  CHECK(a.received == 100);
  CHECK(a.sold == 35);
  CHECK(a.returned == 4);
  CHECK(a.written_off == 7);
  CHECK(a.adjusted == -2);
  CHECK(a.on_hand == 60);
  CHECK(row(fold, "B").on_hand == -1);
  CHECK(row_count(fold) == 2);
}

TEST_CASE("inventory: an account adjustment makes no row") {
  Fold fold(inventory_projection());
  fold.take(event_of("order-A1", "AccountAdjusted", order("adjustedAt", "", "X", {line("B", 1, "11062.06")})));
  fold.take(event_of("note", "SomethingElse", "not even JSON"));
  CHECK(row_count(fold) == 0);
}

TEST_CASE("inventory: rows come in byte order, codes as given") {
  Fold fold(inventory_projection());
  fold.take(placed(
      {line("b", 1, "1"), line("B", 1, "1"), line("", 1, "1"), line("BANK CHARGES", 1, "1"), line("é", 1, "1")}));
  std::vector<std::string> skus;
  REQUIRE(inventory_rows(fold.state(), [&](const InventoryRow& found) {
            skus.push_back(found.sku);
            return true;
          }).has_value());
  CHECK(skus == std::vector<std::string>{"", "B", "BANK CHARGES", "b", "é"});
  CHECK(inventory_row(fold.state(), "none").value() == std::nullopt);
}

TEST_CASE("inventory: an event that cannot be decoded is refused with the field's path") {
  const std::array<std::pair<const char*, const char*>, 13> refused{{
      {R"({"lines":[{"sku":"A","quantity":1},{"sku":"A","quantity":"1"}]})", "lines[1].quantity is no integer"},
      {R"({"lines":[{"sku":"A","quantity":1.0}]})", "lines[0].quantity is no integer"},
      {R"({"lines":[{"sku":"A","quantity":9223372036854775808}]})", "lines[0].quantity is beyond 64 bits"},
      {R"({"lines":[{"sku":"A"}]})", "lines[0].quantity is missing"},
      {R"({"lines":[{"quantity":1}]})", "lines[0].sku is missing"},
      {R"({"lines":[{"sku":1,"quantity":1}]})", "lines[0].sku is no text"},
      {R"({"lines":[{"sku":"A","sku":"B","quantity":1}]})", "lines[0].sku stands there twice"},
      {R"({"lines":[7]})", "lines[0]. is no object"},
      {R"({"lines":{}})", "lines is no array"},
      {R"({})", "lines is missing"},
      {R"([])", "data is no JSON object"},
      {R"({"lines":[{"sku":"A","quantity":1}]} x)", "data is no JSON: "},
      {"", "data is no JSON: "},
  }};
  for (const auto& [data, reason] : refused) {
    CAPTURE(data);
    Fold fold(inventory_projection());
    const std::string refusal = fold.refusal(event_of("order-1", "OrderPlaced", data));
    CHECK_MESSAGE(refusal.find(reason) == 0, refusal);
    CHECK(fold.refusal(event_of("order-1", "OrderCancelled", data)) == refusal);
  }
  Fold fold(inventory_projection());
  CHECK(fold.refusal(event_of("s", "StockReceived", R"({"sku":"A"})")) == "quantity is missing");
  CHECK(fold.refusal(event_of("s", "StockAdjusted", R"({"lines":[]})")) == "reason is missing");
  Event xml = placed({});
  xml.content_type = "text/xml";
  CHECK(fold.refusal(xml) == "content type text/xml is not application/json");
  xml.content_type = "application/json; charset=utf-8";
  CHECK(fold.refusal(xml).empty());
  CHECK(fold.refusal(placed({line(std::string(1025, 'x'), 1, "1")})) == "lines[0].sku is longer than 1024 bytes");
}

TEST_CASE("inventory: a count beyond 64 bits is refused, also the one that is computed") {
  Fold fold(inventory_projection());
  const auto received = [](std::string_view quantity) {
    return event_of("s", "StockReceived", R"({"sku":"A","quantity":)" + std::string(quantity) + "}");
  };
  fold.take(received("9223372036854775807"));
  CHECK(fold.refusal(received("1")) == "a count of sku A goes beyond 64 bits");
  CHECK(fold.refusal(event_of("o", "OrderCancelled", order("cancelledAt", "", "", {line("A", 1, "1")}))) ==
        "a count of sku A goes beyond 64 bits");
  CHECK(row(fold, "A").received == 9223372036854775807);
  const std::string lowest = R"({"reason":"writeOff","lines":[{"sku":"B","quantity":-9223372036854775808}]})";
  CHECK(fold.refusal(event_of("s", "StockAdjusted", lowest)) == "a count of sku B goes beyond 64 bits");
}

}  // namespace daybook
