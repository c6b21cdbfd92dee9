// `replay` and `projection diff`: what they print, how they end, and that they agree with `projection query`.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/projection/row_change.h"
#include "tests/cli/shop_log.h"
#include "tests/support/cli_run.h"

namespace {

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;
using daybook::test::ShopLog;

const std::string kOrders = std::string(DAYBOOK_SOURCE_DIR) + "/../shared/data/online-retail/online-retail.csv.gz";
const std::string kMapping = std::string(DAYBOOK_SOURCE_DIR) + "/examples/retail/online-retail.toml";

/// Without the recorded times.
std::string timeless(const std::string& lines) {
  std::string out;
  for (std::string line : lines_of(lines)) {
    const std::size_t at = line.find(",\"time\":\"");
    if (at != std::string::npos) line.erase(at, std::string(",\"time\":\"2026-11-23T14:36:27.672371968Z\"").size());
    out += line + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("replay: each event is shown with the rows that it changed, before and after") {
  const ShopLog shop;
  CHECK(
      timeless(shop.run({"replay", "inventory", "--json"}).out) ==
      R"({"sequence":1,"stream":"order-1","type":"OrderPlaced","sku":"A","change":"added","before":null,"after":{"received":0,"sold":6,"returned":0,"writtenOff":0,"adjusted":0,"onHand":-6}}
{"sequence":1,"stream":"order-1","type":"OrderPlaced","sku":"b","change":"added","before":null,"after":{"received":0,"sold":1,"returned":0,"writtenOff":0,"adjusted":0,"onHand":-1}}
{"sequence":2,"stream":"order-2","type":"OrderPlaced","sku":"A","change":"changed","before":{"sold":6,"onHand":-6},"after":{"sold":7,"onHand":-7}}
{"sequence":3,"stream":"order-1","type":"OrderCancelled","sku":"A","change":"changed","before":{"returned":0,"onHand":-7},"after":{"returned":2,"onHand":-5}}
{"sequence":4,"stream":"stock-A","type":"StockReceived","sku":"A","change":"changed","before":{"received":0,"onHand":-5},"after":{"received":100,"onHand":95}}
{"sequence":5,"stream":"stock-A","type":"StockAdjusted","sku":"A","change":"changed","before":{"writtenOff":0,"onHand":95},"after":{"writtenOff":3,"onHand":92}}
)");
  CHECK(shop.run({"replay", "inventory", "--from", "3", "--through", "4"}).out ==
        "3  OrderCancelled  order-1  A  returned 0 -> 2, onHand -7 -> -5\n"
        "4  StockReceived   stock-A  A  received 0 -> 100, onHand -5 -> 95\n");
  CHECK(shop.run({"replay", "inventory", "--key", "b"}).out ==
        "1  OrderPlaced  order-1  b  added: sold 1, onHand -1\n");
}

TEST_CASE("replay: --explain tells how one row came about, with its running value") {
  const ShopLog shop;
  CHECK(shop.run({"replay", "inventory", "--explain", "A"}).out ==
        "1  OrderPlaced     order-1  -6  added: sold 6, onHand -6\n"
        "2  OrderPlaced     order-2  -7  sold 6 -> 7, onHand -6 -> -7\n"
        "3  OrderCancelled  order-1  -5  returned 0 -> 2, onHand -7 -> -5\n"
        "4  StockReceived   stock-A  95  received 0 -> 100, onHand -5 -> 95\n"
        "5  StockAdjusted   stock-A  92  writtenOff 0 -> 3, onHand 95 -> 92\n");
  CHECK(
      timeless(shop.run({"replay", "inventory", "--explain", "A", "--from", "5", "--json"}).out) ==
      R"({"sequence":5,"stream":"stock-A","type":"StockAdjusted","sku":"A","change":"changed","before":{"writtenOff":0,"onHand":95},"after":{"writtenOff":3,"onHand":92},"row":{"sku":"A","received":100,"sold":7,"returned":2,"writtenOff":3,"adjusted":0,"onHand":92}}
)");
  CHECK(shop.run({"replay", "analytics", "--explain", "France", "--dimension", "country"}).out ==
        "1  OrderPlaced     order-1  15.301  added: orders 1, units 7, grossRevenue 15.301, netRevenue 15.301\n"
        "3  OrderCancelled  order-1  10.201  cancellations 0 -> 1, units 7 -> 5, netRevenue 15.301 -> 10.201\n");
}

TEST_CASE("replay: without a dimension analytics shows all of them, each row by dimension and key") {
  const ShopLog shop;
  const CliResult all = shop.run({"replay", "analytics", "--through", "1"});
  std::vector<std::string> dimensions;
  for (const std::string& line : lines_of(all.out)) {
    REQUIRE(line.starts_with("1  OrderPlaced  order-1  "));
    const std::size_t begin = std::string("1  OrderPlaced  order-1  ").size();
    dimensions.push_back(line.substr(begin, line.find(' ', begin) - begin));
  }
  CHECK(dimensions == std::vector<std::string>{"total", "country", "day", "sku", "sku", "customer"});
  CHECK(contains(shop.run({"replay", "analytics", "--through", "1", "--json"}).out, R"("day":"2010-12-01","change")"));
  CHECK(lines_of(shop.run({"replay", "analytics", "--key", "France"}).out).size() == 2);
}

TEST_CASE("replay: the state as of the end is what projection query prints, for every dimension") {
  const ShopLog shop;
  shop.run_both();
  CHECK(shop.run({"replay", "inventory", "--show", "state", "--json"}).out ==
        shop.projection({"query", "inventory", "--json"}).out);
  std::string all;
  for (const char* dimension : {"total", "country", "day", "sku", "customer"}) {
    const std::string queried = shop.projection({"query", "analytics", "--dimension", dimension, "--json"}).out;
    CHECK(shop.run({"replay", "analytics", "--show", "state", "--dimension", dimension, "--json"}).out == queried);
    all += queried;
  }
  CHECK(shop.run({"replay", "analytics", "--show", "state", "--json"}).out == all);
  CHECK(shop.run({"replay", "inventory", "--show", "state", "--through", "1"}).out ==
        "A  0  6  0  0  0  -6\nb  0  1  0  0  0  -1\n");
  CHECK(shop.run({"replay", "inventory", "--show", "state", "--key", "b"}).out == "b  0  1  0  0  0  -1\n");
  CHECK(shop.run({"replay", "inventory", "--show", "state", "--through", "0"}).out.empty());
}

TEST_CASE("replay: an event that cannot be folded is told in the runner's words, after what came before it") {
  const ShopLog shop;
  shop.append("order-9", "OrderPlaced",
              R"({"country":"X","placedAt":"2010-12-04","lines":[{"sku":"Z","quantity":1,"unitPrice":"1.2345"}]})");
  const CliResult run = shop.projection({"run", "analytics"});
  const CliResult replay = shop.run({"replay", "analytics", "--dimension", "total"});
  CHECK(replay.exit_code == 1);
  CHECK(replay.err == run.err);
  CHECK(lines_of(replay.out).size() == 3);
  const CliResult none = shop.run({"replay", "analytics", "--show", "none", "--json"});
  CHECK(none.exit_code == 1);
  CHECK(none.out.starts_with(R"({"name":"analytics","sequence":5,"events":3,"seconds":)"));
  CHECK(contains(none.out, R"("failure":{"sequence":6,"stream":"order-9","reason":"lines[0].unitPrice )"));
  CHECK(shop.run({"replay", "analytics", "--show", "none", "--through", "5"}).exit_code == 0);
  CHECK(shop.projection({"diff", "analytics", "--from", "1"}).exit_code == 1);
}

TEST_CASE("replay: it changes no byte, needs no projection that ran, and leaves none behind") {
  const ShopLog shop;
  const std::string before = shop.fingerprint("nothing");
  CHECK(shop.run({"replay", "inventory", "--show", "none"}).exit_code == 0);
  CHECK(shop.run({"replay", "analytics"}).exit_code == 0);
  CHECK(shop.projection({"diff", "inventory", "--from", "1"}).exit_code == 0);
  CHECK(shop.fingerprint("nothing") == before);
  CHECK_FALSE(std::filesystem::exists(shop.log() + "/projections"));
}

TEST_CASE("replay: wrong flags are exit 2, a key that is not there exit 1, no log exit 3, one line each") {
  const ShopLog shop;
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"replay"},
           {"replay", "stock"},
           {"replay", "inventory", "--show", "rows"},
           {"replay", "inventory", "--dimension", "country"},
           {"replay", "analytics", "--dimension", "city"},
           {"replay", "inventory", "--from", "4", "--through", "3"},
           {"replay", "inventory", "--from", "0"},
           {"replay", "inventory", "--from", "2", "--show", "state"},
           {"replay", "inventory", "--from", "2", "--show", "none"},
           {"replay", "inventory", "--key", "A", "--show", "none"},
           {"replay", "inventory", "--explain", "A", "--key", "A"},
           {"replay", "inventory", "--explain", "A", "--show", "changes"},
           {"projection", "diff", "inventory"},
           {"projection", "diff", "inventory", "--from", "3", "--through", "2"},
           {"projection", "diff", "inventory", "--from", "1", "--dimension", "day"}}) {
    const CliResult result = shop.run(wrong);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(lines_of(result.err).size() == 1);
    CHECK(result.out.empty());
  }
  for (const std::vector<std::string>& missing :
       std::vector<std::vector<std::string>>{{"replay", "inventory", "--explain", "none"},
                                             {"replay", "inventory", "--key", "none"},
                                             {"replay", "inventory", "--key", "none", "--show", "state"},
                                             {"replay", "analytics", "--explain", "b", "--dimension", "country"},
                                             {"projection", "diff", "inventory", "--from", "1", "--key", "none"},
                                             {"projection", "diff", "inventory", "--from", "6"},
                                             {"projection", "diff", "inventory", "--from", "1", "--through", "6"}}) {
    const CliResult result = shop.run(missing);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(lines_of(result.err).size() == 1);
    CHECK(result.out.empty());
  }
  CHECK(shop.run({"replay", "inventory", "--explain", "b", "--from", "2"}).exit_code == 0);  // There, but quiet.
  CHECK(run_cli({"replay", "inventory", "--log", shop.log() + "-none"}).exit_code == 3);
  CHECK(run_cli({"projection", "diff", "inventory", "--from", "1", "--log", shop.log() + "-none"}).exit_code == 3);
}

TEST_CASE("diff: the state as of one sequence against that as of another, per key") {
  const ShopLog shop;
  CHECK(shop.projection({"diff", "inventory", "--from", "0", "--through", "2"}).out ==
        "A  added: sold 7, onHand -7\nb  added: sold 1, onHand -1\n");
  CHECK(shop.projection({"diff", "inventory", "--from", "2"}).out ==
        "A  received 0 -> 100, returned 0 -> 2, writtenOff 0 -> 3, onHand -7 -> 92\n");
  CHECK(shop.projection({"diff", "inventory", "--from", "2", "--through", "3", "--json"}).out ==
        R"({"sku":"A","change":"changed","before":{"returned":0,"onHand":-7},"after":{"returned":2,"onHand":-5}})"
        "\n");
  CHECK(shop.projection({"diff", "inventory", "--from", "3", "--through", "3"}).out.empty());
  CHECK(shop.projection({"diff", "analytics", "--from", "1", "--through", "2", "--dimension", "country"}).out ==
        "EIRE  added: orders 1, units 1, grossRevenue 3.000, netRevenue 3.000\n");
  CHECK(shop.projection({"diff", "analytics", "--from", "1", "--through", "2", "--key", "A"}).out ==
        "sku  A  orders 1 -> 2, units 6 -> 7, grossRevenue 15.300 -> 18.300, netRevenue 15.300 -> 18.300\n");
}

TEST_CASE("diff: a row that changed and came back is no difference") {
  const ShopLog shop;
  const auto adjust = [&](const std::string& quantity) {
    shop.append("stock-b", "StockAdjusted",
                R"({"reason":"count","adjustedAt":"x","lines":[{"sku":"b","quantity":)" + quantity + "}]}");
  };
  adjust("5");
  adjust("-5");
  CHECK(shop.projection({"diff", "inventory", "--from", "5", "--through", "6"}).out ==
        "b  adjusted 0 -> 5, onHand -1 -> 4\n");
  CHECK(shop.projection({"diff", "inventory", "--from", "5", "--through", "7"}).out.empty());
  CHECK(shop.projection({"diff", "inventory", "--from", "5", "--through", "7", "--key", "b"}).exit_code == 0);
}

TEST_CASE("diff: a row that was removed is told with what it was") {
  using namespace daybook::cli;
  const auto source = RowSource::of("inventory", std::nullopt);
  REQUIRE(source.has_value());
  const RowChange removed{.before = Row{.key = "A", .values = {1, 0, 0, 0, 0, 1}}, .after = std::nullopt};
  CHECK(change_text(source->shape(), removed) == "removed: received 1, onHand 1");
  std::string json;
  append_change_json(json, source->shape(), removed);
  CHECK(
      json ==
      R"("sku":"A","change":"removed","before":{"received":1,"sold":0,"returned":0,"writtenOff":0,"adjusted":0,"onHand":1},"after":null)");
}

TEST_CASE("projection: list names damage behind the head that it saw, exit 3") {
  const ShopLog shop;
  // A byte of the newest event's data is another one, in whichever file it lies.
  const CliResult broken =
      run_shell("cd '" + shop.log() + "/log' && sed -i s/writeOff/writeOfg/ $(grep -l writeOff *)");
  REQUIRE_MESSAGE(broken.exit_code == 0, broken.err);
  const CliResult stats = shop.run({"stats"});
  const CliResult list = shop.projection({"list"});
  CHECK(list.exit_code == stats.exit_code);
  CHECK(list.exit_code == 3);
  CHECK(list.err == stats.err);
}

TEST_CASE("replay: the real orders explain a stock of -39342, and end in the state that production has") {
  if (!std::filesystem::exists(kOrders)) {
    MESSAGE("skipped: no real orders beside the source tree");
    return;
  }
  const ScratchDirectory scratch;
  const std::string log = scratch / "orders";
  REQUIRE(run_cli({"import", kOrders, "--mapping", kMapping, "--durability", "buffered", "--log", log}).exit_code == 0);
  const std::vector<std::string> explained =
      lines_of(run_cli({"replay", "inventory", "--explain", "85123A", "--log", log, "--json"}).out);
  REQUIRE_FALSE(explained.empty());
  CHECK(explained.back().ends_with(
      R"("row":{"sku":"85123A","received":0,"sold":41664,"returned":2578,"writtenOff":256,"adjusted":0,"onHand":-39342}})"));
  for (const char* name : {"inventory", "analytics"}) {
    REQUIRE(run_cli({"projection", "run", name, "--log", log}).exit_code == 0);
  }
  CHECK(run_cli({"replay", "inventory", "--show", "state", "--json", "--log", log}).out ==
        run_cli({"projection", "query", "inventory", "--json", "--log", log}).out);
  CHECK(run_cli({"replay", "analytics", "--dimension", "customer", "--show", "state", "--json", "--log", log}).out ==
        run_cli({"projection", "query", "analytics", "--dimension", "customer", "--json", "--log", log}).out);
}
