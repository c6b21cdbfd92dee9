// Analytics, event by event.
#include <array>

#include <doctest/doctest.h>

#include "tests/projections/fold_fixture.h"

namespace daybook {
namespace {

using test::event_of;
using test::Fold;
using test::line;
using test::order;

AnalyticsRow row(Fold& fold, Dimension dimension, std::string_view key) {
  const auto found = analytics_row(fold.state(), dimension, key);
  REQUIRE(found.has_value());
  REQUIRE_MESSAGE(found->has_value(), "no row " << key);
  return **found;
}

std::vector<std::string> keys(Fold& fold, Dimension dimension) {
  std::vector<std::string> found;
  REQUIRE(analytics_rows(fold.state(), dimension, [&](const AnalyticsRow& each) {
            found.push_back(each.key);
            return true;
          }).has_value());
  return found;
}

Event placed(std::string_view stream, const std::vector<std::string>& lines, std::string_view customer = "17850") {
  return event_of(std::string(stream), "OrderPlaced", order("placedAt", customer, "France", lines));
}

Event cancelled(std::string_view stream, const std::vector<std::string>& lines) {
  return event_of(std::string(stream), "OrderCancelled",
                  order("cancelledAt", "17850", "France", lines, "2010-12-02 09:00"));
}

}  // namespace

TEST_CASE("analytics: an order counts once under each of its keys, in thousandths") {
  Fold fold(analytics_projection());
  fold.take(placed("order-1", {line("A", 6, "2.55"), line("B", 2, "0.001"), line("A", 1, "3")}));
  for (const auto& [dimension, key] :
       std::array<std::pair<Dimension, const char*>, 4>{{{Dimension::total, "all"},
                                                         {Dimension::country, "France"},
                                                         {Dimension::day, "2010-12-01"},
                                                         {Dimension::customer, "17850"}}}) {
    const AnalyticsRow sums = row(fold, dimension, key);
    CHECK(sums.orders == 1);
    CHECK(sums.cancellations == 0);
    CHECK(sums.units == 9);
    CHECK(sums.gross_revenue == 18302);
    CHECK(sums.net_revenue == 18302);
  }
  CHECK(row(fold, Dimension::sku, "A").orders == 1);
  CHECK(row(fold, Dimension::sku, "A").units == 7);
  CHECK(row(fold, Dimension::sku, "B").gross_revenue == 2);
}

TEST_CASE("analytics: cancelled goods lower units and net revenue, never gross") {
  Fold fold(analytics_projection());
  fold.take(placed("order-1", {line("A", 6, "2.55")}));
  fold.take(cancelled("order-1", {line("A", 2, "2.55")}));
  const AnalyticsRow total = row(fold, Dimension::total, "all");
  CHECK(total.orders == 1);
  CHECK(total.cancellations == 1);
  CHECK(total.units == 4);
  CHECK(total.gross_revenue == 15300);
  CHECK(total.net_revenue == 10200);
  CHECK(row(fold, Dimension::day, "2010-12-02").net_revenue == -5100);
  CHECK(row(fold, Dimension::day, "2010-12-02").orders == 0);
}

TEST_CASE("analytics: an account adjustment moves net revenue only and counts no order") {
  Fold fold(analytics_projection());
  fold.take(event_of("order-A1", "AccountAdjusted", order("adjustedAt", "", "France", {line("B", 1, "-11062.06")})));
  const AnalyticsRow sums = row(fold, Dimension::sku, "B");
  CHECK(sums.orders == 0);
  CHECK(sums.cancellations == 0);
  CHECK(sums.units == 0);
  CHECK(sums.gross_revenue == 0);
  CHECK(sums.net_revenue == -11062060);
}

TEST_CASE("analytics: several events of one stream are one order, under each key where a line stands") {
  Fold fold(analytics_projection());
  fold.take(placed("order-1", {line("A", 1, "1")}));
  fold.take(placed("order-1", {line("B", 1, "1"), line("A", 1, "1")}, "12345"));
  fold.take(placed("order-2", {line("A", 1, "1")}));
  fold.take(placed("order-1", {line("C", 1, "1"), line("B", 1, "1")}));
  CHECK(row(fold, Dimension::total, "all").orders == 2);
  CHECK(row(fold, Dimension::country, "France").orders == 2);
  CHECK(row(fold, Dimension::sku, "A").orders == 2);
  CHECK(row(fold, Dimension::sku, "B").orders == 1);
  CHECK(row(fold, Dimension::sku, "C").orders == 1);
  CHECK(row(fold, Dimension::customer, "12345").orders == 1);
  CHECK(row(fold, Dimension::customer, "17850").orders == 2);
  fold.take(cancelled("order-1", {line("A", 1, "1")}));
  fold.take(cancelled("order-1", {line("A", 1, "1")}));
  CHECK(row(fold, Dimension::sku, "A").cancellations == 1);
  CHECK(row(fold, Dimension::sku, "A").orders == 2);
}

TEST_CASE("analytics: an order without lines makes no row and counts nowhere") {
  Fold fold(analytics_projection());
  fold.take(placed("order-1", {}));
  CHECK(fold.state().rows().empty());
  fold.take(placed("order-1", {line("A", 1, "1")}));
  CHECK(row(fold, Dimension::total, "all").orders == 1);
}

TEST_CASE("analytics: a missing, null or empty customer is one and the same row") {
  Fold fold(analytics_projection());
  const std::string rest = R"("country":"X","placedAt":"2010-12-01","lines":[)" + line("A", 1, "1") + "]}";
  fold.take(event_of("order-1", "OrderPlaced", "{" + rest));
  fold.take(event_of("order-2", "OrderPlaced", R"({"customerId":null,)" + rest));
  fold.take(event_of("order-3", "OrderPlaced", R"({"customerId":"",)" + rest));
  CHECK(keys(fold, Dimension::customer) == std::vector<std::string>{""});
  CHECK(row(fold, Dimension::customer, "").orders == 3);
  CHECK(fold.refusal(event_of("order-4", "OrderPlaced", R"({"customerId":17850,)" + rest)) == "customerId is no text");
}

TEST_CASE("analytics: the day is the first ten characters, whole characters") {
  Fold fold(analytics_projection());
  const auto at = [](std::string_view time) {
    return event_of("order-1", "OrderPlaced", order("placedAt", "", "X", {line("A", 1, "1")}, time));
  };
  fold.take(at("2010-12-01T08:26:00Z"));
  fold.take(at("ééééééééééé"));
  fold.take(at("2010"));
  CHECK(keys(fold, Dimension::day) == std::vector<std::string>{"2010", "2010-12-01", "éééééééééé"});
}

TEST_CASE("analytics: only the three money events make rows") {
  Fold fold(analytics_projection());
  fold.take(event_of("stock-A", "StockReceived", "broken"));
  fold.take(event_of("stock-A", "StockAdjusted", "broken"));
  CHECK(fold.state().rows().empty());
}

TEST_CASE("analytics: an event that cannot be decoded is refused with the field's path") {
  const std::string head =
      R"({"customerId":null,"country":"X","placedAt":"2010-12-01","lines":[{"sku":"A","quantity":)";
  const std::array<std::pair<std::string, const char*>, 9> refused{{
      {head + "1}]}", "lines[0].unitPrice is missing"},
      {head + R"(1,"unitPrice":2.5}]})", "lines[0].unitPrice is no text"},
      {head + R"(1,"unitPrice":"2.5555"}]})", "lines[0].unitPrice \"2.5555\" has more than three decimal places"},
      {head + R"(1,"unitPrice":"x"}]})", "lines[0].unitPrice \"x\" is no decimal number"},
      {head + R"(1,"unitPrice":"9223372036854776"}]})",
       "lines[0].unitPrice \"9223372036854776\" is beyond the range of money"},
      {head + R"(9223372036854775807,"unitPrice":"1"}]})", "a sum of sku A goes beyond 64 bits"},
      {R"({"placedAt":"2010-12-01","lines":[]})", "country is missing"},
      {R"({"country":"X","lines":[]})", "placedAt is missing"},
      {R"({"country":null,"placedAt":"2010-12-01","lines":[]})", "country is no text"},
  }};
  for (const auto& [data, reason] : refused) {
    CAPTURE(data);
    Fold fold(analytics_projection());
    CHECK(fold.refusal(event_of("order-1", "OrderPlaced", data)) == reason);
  }
}

TEST_CASE("analytics: a sum beyond 64 bits is refused") {
  Fold fold(analytics_projection());
  fold.take(placed("order-1", {line("A", 1, "9223372036854775.807")}));
  CHECK(fold.refusal(placed("order-2", {line("B", 1, "0.001")})) == "a sum of total all goes beyond 64 bits");
}

TEST_CASE("analytics: dimensions have the names that they are asked for by") {
  for (const char* name : {"total", "country", "day", "sku", "customer"}) {
    REQUIRE(parse_dimension(name).has_value());
    CHECK(to_string(*parse_dimension(name)) == name);
  }
  CHECK(!parse_dimension("Total").has_value());
  CHECK(!parse_dimension("").has_value());
}

}  // namespace daybook
