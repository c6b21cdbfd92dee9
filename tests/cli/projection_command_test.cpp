// `projection run`, `list` and `query`: what they print, how they end, and what they leave alone.
#include <csignal>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/shop_log.h"
#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

namespace {

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;
using daybook::test::ShopLog;

}  // namespace

TEST_CASE("projection: rows are printed with their documented names, counts as integers, money as text") {
  const ShopLog shop;
  shop.run_both();
  CHECK(shop.projection({"query", "inventory", "--json"}).out ==
        R"({"sku":"A","received":100,"sold":7,"returned":2,"writtenOff":3,"adjusted":0,"onHand":92})"
        "\n"
        R"({"sku":"b","received":0,"sold":1,"returned":0,"writtenOff":0,"adjusted":0,"onHand":-1})"
        "\n");
  CHECK(shop.projection({"query", "inventory", "b", "--json"}).out ==
        R"({"sku":"b","received":0,"sold":1,"returned":0,"writtenOff":0,"adjusted":0,"onHand":-1})"
        "\n");
  CHECK(shop.projection({"query", "analytics", "--json"}).out ==
        R"({"total":"all","orders":2,"cancellations":1,"units":6,"grossRevenue":"18.301","netRevenue":"13.201"})"
        "\n");
  CHECK(shop.projection({"query", "analytics", "--dimension", "country", "--json"}).out ==
        R"({"country":"EIRE","orders":1,"cancellations":0,"units":1,"grossRevenue":"3.000","netRevenue":"3.000"})"
        "\n"
        R"({"country":"France","orders":1,"cancellations":1,"units":5,"grossRevenue":"15.301","netRevenue":"10.201"})"
        "\n");
  CHECK(shop.projection({"query", "analytics", "--dimension", "day", "2010-12-03", "--json"}).out ==
        R"({"day":"2010-12-03","orders":0,"cancellations":1,"units":-2,"grossRevenue":"0.000","netRevenue":"-5.100"})"
        "\n");
  CHECK(contains(shop.projection({"query", "analytics", "--dimension", "customer", "", "--json"}).out,
                 R"({"customer":"","orders":1,)"));
  const CliResult plain = shop.projection({"query", "inventory"});
  std::istringstream words(plain.out);
  CHECK(std::vector<std::string>(std::istream_iterator<std::string>(words), {}) ==
        std::vector<std::string>{"A", "100", "7", "2", "3", "0", "92", "b", "0", "1", "0", "0", "0", "-1"});
}

TEST_CASE("projection: --top and --bottom go by a field, equal values by key") {
  const ShopLog shop;
  shop.run_both();
  const auto keys = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments{"query", "analytics", "--dimension", "day", "--json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const CliResult result = shop.projection(arguments);
    REQUIRE(result.exit_code == 0);
    std::string days;
    for (const std::string& line : lines_of(result.out)) days += line.substr(17, 1);
    return days;
  };
  CHECK(keys({}) == "123");
  CHECK(keys({"--top", "2", "--by", "netRevenue"}) == "12");
  CHECK(keys({"--bottom", "2", "--by", "netRevenue"}) == "32");
  CHECK(keys({"--top", "9", "--by", "orders"}) == "123");
  CHECK(keys({"--bottom", "9", "--by", "orders"}) == "312");
}

TEST_CASE("projection: what is not there is exit 1, what is no such thing exit 2, no log exit 3") {
  const ShopLog shop;
  const CliResult never = shop.projection({"query", "inventory"});
  CHECK(never.exit_code == 1);
  CHECK(contains(never.err, "never ran; run: daybook --log " + shop.log() + " projection run inventory"));
  shop.run_both();
  CHECK(shop.projection({"query", "inventory", "none"}).exit_code == 1);
  CHECK(shop.projection({"query", "analytics", "--dimension", "sku", "a"}).exit_code == 1);
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"run", "stock"},
                                             {"run"},
                                             {"query", "stock"},
                                             {"query", "analytics", "--dimension", "city"},
                                             {"query", "inventory", "--dimension", "total"},
                                             {"query", "inventory", "--top", "3", "--by", "units"},
                                             {"query", "inventory", "--top", "3", "--by", "sku"},
                                             {"query", "inventory", "--top", "3"},
                                             {"query", "inventory", "--top", "0", "--by", "sold"},
                                             {"query", "inventory", "--by", "sold"},
                                             {"query", "inventory", "A", "--top", "3", "--by", "sold"},
                                             {"query", "inventory", "--top", "3", "--bottom", "3", "--by", "sold"}}) {
    const CliResult result = shop.projection(wrong);
    CHECK(result.exit_code == 2);
    CHECK(lines_of(result.err).size() == 1);
    CHECK(result.out.empty());
  }
  CHECK(run_cli({"projection", "query", "inventory"}).exit_code == 2);
  for (const char* action : {"run", "query"}) {
    CHECK(run_cli({"projection", action, "inventory", "--log", shop.log() + "-none"}).exit_code == 3);
  }
  CHECK(run_cli({"projection", "list", "--log", shop.log() + "-none"}).exit_code == 3);
}

TEST_CASE("projection: a run says where it stands, and list where all stand") {
  const ShopLog shop;
  const CliResult run = shop.projection({"run", "inventory"});
  CHECK(run.exit_code == 0);
  CHECK(run.out == "inventory: folded through sequence 5, 0 behind\n");
  shop.append("x", "Else", "1");
  const std::vector<std::string> listed = lines_of(shop.projection({"list", "--json"}).out);
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].starts_with(R"({"name":"analytics","sequence":0,"lag":6,"lagSeconds":)"));
  CHECK(listed[1].starts_with(R"({"name":"inventory","sequence":5,"lag":1,"lagSeconds":)"));
  CHECK(listed[1].ends_with(R"(,"foldVersion":1})"));
  const CliResult table = shop.projection({"list"});
  CHECK(contains(table.out, "never ran: daybook projection run analytics"));
  CHECK(shop.projection({"run", "inventory", "--json"}).out ==
        R"({"name":"inventory","sequence":6,"lag":0,"lagSeconds":0.000,"foldVersion":1})"
        "\n");
}

TEST_CASE("projection: an event that cannot be decoded stops its projection, by name; the other goes on") {
  const ShopLog shop;
  shop.append("order-9", "OrderPlaced",
              R"({"country":"X","placedAt":"2010-12-04","lines":[{"sku":"Z","quantity":1,"unitPrice":"1.2345"}]})");
  shop.append("stock-A", "StockReceived", R"({"sku":"A","quantity":1,"receivedAt":"x"})");
  CHECK(shop.projection({"run", "inventory"}).exit_code == 0);
  for (int again = 0; again < 2; ++again) {
    const CliResult stopped = shop.projection({"run", "analytics"});
    CHECK(stopped.exit_code == 1);
    CHECK(stopped.err ==
          "daybook: projection analytics stopped at sequence 6, stream order-9: lines[0].unitPrice \"1.2345\" has more "
          "than three decimal places\n");
  }
  const std::string listed = shop.projection({"list", "--json"}).out;
  CHECK(contains(listed, R"({"name":"analytics","sequence":5,"lag":2,)"));
  CHECK(contains(listed, R"("error":"stopped at sequence 6, stream order-9: lines[0].unitPrice \"1.2345\" has more)"));
  CHECK(contains(listed, R"({"name":"inventory","sequence":7,"lag":0,)"));
  const CliResult query = shop.projection({"query", "analytics", "--json"});
  CHECK(query.exit_code == 0);
  CHECK(contains(query.out, "\"orders\":2,"));
  CHECK(contains(query.err, "stands still before sequence 6"));
}

TEST_CASE("projection: a state of another log is named by list, and rebuilt by the next run") {
  const ShopLog shop;
  const ShopLog other;
  shop.run_both();
  REQUIRE(run_shell("cp -r '" + shop.log() + "/projections' '" + other.log() + "/'").exit_code == 0);
  const std::string listed = other.projection({"list", "--json"}).out;
  CHECK(contains(listed, R"({"name":"inventory","sequence":5,"lag":5,)"));
  CHECK(contains(listed, "made from another history than this log's; the next run rebuilds it"));
  CHECK(other.projection({"run", "inventory"}).out == "inventory: folded through sequence 5, 0 behind, rebuilt\n");
  CHECK(other.projection({"query", "inventory"}).out == shop.projection({"query", "inventory"}).out);
}

TEST_CASE("projection: run changes nothing outside DIR/projections, query and list nothing at all") {
  const ShopLog shop;
  shop.run_both();
  shop.append("stock-A", "StockReceived", R"({"sku":"A","quantity":1,"receivedAt":"x"})");
  const std::string outside = shop.fingerprint("projections");
  shop.run_both();
  CHECK(shop.fingerprint("projections") == outside);
  const std::string all = shop.fingerprint("nothing");
  CHECK(contains(all, "projections/inventory"));
  CHECK(shop.projection({"query", "inventory"}).exit_code == 0);
  CHECK(shop.projection({"query", "analytics", "--dimension", "sku", "--top", "1", "--by", "units"}).exit_code == 0);
  CHECK(shop.projection({"list"}).exit_code == 0);
  CHECK(shop.fingerprint("nothing") == all);
}

TEST_CASE(
    "projection: --follow folds what a writer appends; a second runner is busy; SIGINT ends it with all committed") {
  const ShopLog shop;
  CliProcess follower({"projection", "run", "inventory", "--follow", "--log", shop.log()});
  const auto wait_for = [&](const std::string& part) {
    while (!contains(shop.projection({"list", "--json"}).out, R"({"name":"inventory",)" + part)) {
    }
  };
  wait_for(R"("sequence":5,)");
  shop.append("stock-A", "StockReceived", R"({"sku":"A","quantity":1,"receivedAt":"x"})");
  wait_for(R"("sequence":6,)");
  const CliResult second = shop.projection({"run", "inventory"});
  CHECK(second.exit_code == 3);
  CHECK(contains(second.err, "another runner of this projection has it open"));
  CHECK(contains(shop.projection({"query", "inventory", "A", "--json"}).out, "\"received\":101,"));
  follower.signal(SIGINT);
  CHECK(follower.read_rest() == "inventory: folded through sequence 6, 0 behind\n");
  CHECK(follower.wait() == 130);
}

TEST_CASE("projection: a reader that closes the pipe is a quiet end") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  REQUIRE(run_cli({"generate", "retail", "--orders", "3000", "--durability", "buffered", "--log", log}).exit_code == 0);
  REQUIRE(run_cli({"projection", "run", "inventory", "--log", log}).exit_code == 0);
  const CliResult result =
      run_shell("set -o pipefail; daybook projection query inventory --json --log '" + log + "' | head -1");
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(lines_of(result.out).size() == 1);
}
