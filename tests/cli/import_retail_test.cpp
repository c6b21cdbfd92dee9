// The shipped mapping on the real orders (where they are), and on rows like theirs.
#include <map>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::test::Imported;

namespace {

std::string mapping() {
  return daybook::test::source_file("examples/retail/online-retail.toml");
}

constexpr const char* kHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

struct Counts {
  std::map<std::string, std::size_t> types;
  std::size_t streams = 0;
};

Counts count(const Imported& imported) {
  Counts counts;
  std::set<std::string> streams;
  for (const auto& event : imported.events) {
    ++counts.types[event.commit.events[0].type];
    streams.insert(event.commit.events[0].stream);
  }
  counts.streams = streams.size();
  return counts;
}

}  // namespace

TEST_CASE("retail: the four kinds of invoice become their events") {
  const Imported imported = daybook::test::import_text(
      mapping(), std::string(kHeader) +
                     "536365,85123A,\"HEART, \"\"T-LIGHT\"\" \",6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
                     "536365,71053,£ LANTERN,2,2010-12-01 08:26:00,3.39,17850,United Kingdom\n"
                     "536365,71053,damaged,-1,2010-12-01 08:26:00,0.0,,United Kingdom\n"
                     "C536379,D,Discount,-1,2011-07-01 09:41:00,27.50,14527,EIRE\n"
                     "A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,-11062.06,,United Kingdom\n");
  REQUIRE(imported.events.size() == 4);
  const auto& placed = imported.events[0].commit.events[0];
  CHECK(placed.stream == "order-536365");
  CHECK(placed.type == "OrderPlaced");
  CHECK(placed.tags == std::vector<std::string>{"customer:17850"});
  CHECK(placed.data == R"({"country":"United Kingdom","customerId":"17850","lines":[)"
                       R"({"description":"HEART, \"T-LIGHT\" ","quantity":6,"sku":"85123A","unitPrice":"2.55"},)"
                       R"({"description":"£ LANTERN","quantity":2,"sku":"71053","unitPrice":"3.39"}],)"
                       R"("orderId":"536365","placedAt":"2010-12-01 08:26:00"})");
  const auto& adjusted = imported.events[1].commit.events[0];
  CHECK(adjusted.type == "StockAdjusted");
  CHECK(adjusted.tags.empty());
  CHECK(
      adjusted.data ==
      R"({"adjustedAt":"2010-12-01 08:26:00","lines":[{"description":"damaged","quantity":-1,"sku":"71053"}],"reason":"writeOff"})");
  const auto& cancelled = imported.events[2].commit.events[0];
  CHECK(cancelled.type == "OrderCancelled");
  CHECK(cancelled.data.find(R"("quantity":1,)") != std::string::npos);
  CHECK(cancelled.data.find(R"("cancelledAt":"2011-07-01 09:41:00")") != std::string::npos);
  CHECK(cancelled.occurred_at ==
        daybook::Timestamp(std::chrono::sys_days(std::chrono::year(2011) / 7 / 1)) + std::chrono::minutes(8 * 60 + 41));
  const auto& account = imported.events[3].commit.events[0];
  CHECK(account.type == "AccountAdjusted");
  CHECK(account.data.find(R"("customerId":null)") != std::string::npos);
  CHECK(account.data.find(R"("unitPrice":"-11062.06")") != std::string::npos);
}

TEST_CASE("retail: the sample is 143 events in 143 streams, and the whole file begins with them") {
  const std::string sample = daybook::test::real_data("online-retail-sample.csv");
  const std::string whole = daybook::test::real_data("online-retail.csv.gz");
  if (sample.empty() || whole.empty()) return;
  const Imported some = daybook::test::import_file(mapping(), sample);
  REQUIRE(some.bad.empty());
  CHECK(some.events.size() == 143);
  CHECK(count(some).streams == 143);
  const Imported all = daybook::test::import_file(mapping(), whole);
  REQUIRE(all.bad.empty());
  CHECK(all.rows == 541'909);
  const Counts counts = count(all);
  CHECK(counts.streams == 25'900);
  CHECK(counts.types ==
        std::map<std::string, std::size_t>{
            {"OrderPlaced", 20'726}, {"OrderCancelled", 3'836}, {"StockAdjusted", 1'336}, {"AccountAdjusted", 3}});
  std::set<std::string> keys;
  for (const auto& event : all.events) keys.insert(event.commit.key->text());
  CHECK(keys.size() == 25'901);
  for (std::size_t i = 0; i < some.events.size(); ++i) CHECK(some.events[i].commit.key == all.events[i].commit.key);
}
