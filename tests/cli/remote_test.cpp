// Commands with --server beside the same with --log: what they print, what they say, and how they end is the same.
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/exported_logs.h"
#include "tests/cli/served_log.h"
#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::number_in;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;
using daybook::test::ServedLog;
using daybook::test::without_time;

namespace {

const std::string kCorrelation = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A served log of a made-up shop, and two events that belong together.
class ServedShop : public ServedLog {
 public:
  ServedShop() {
    start();
    REQUIRE(remote({"generate", "retail", "--orders", "200"}).exit_code == 0);
    for (const char* number : {"1", "2"}) {
      REQUIRE(remote({"append", "--stream", "odd \"name\"", "--type", "Odd", "--data", number, "--tag", "t",
                      "--correlation", kCorrelation})
                  .exit_code == 0);
    }
    catch_up();
  }
};

/// Without the one figure that two looks at a log may differ in.
std::string steady(const std::string& text) {
  std::string out;
  for (std::string line : lines_of(text)) {
    const std::size_t at = line.find("\"bytesOnDisk\":");
    if (at != std::string::npos) line.erase(at, line.find(',', at) - at);
    if (!line.starts_with("bytes on disk")) out += line + "\n";
  }
  return out;
}

void check_same(const ServedLog& served, const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::string command;
  for (const std::string& argument : arguments) command += argument + " ";
  CAPTURE(command);
  const CliResult remote = served.remote(arguments, input);
  const CliResult local = served.local(arguments, input);
  CHECK(steady(remote.out) == steady(local.out));
  CHECK(remote.err == local.err);
  CHECK(remote.exit_code == local.exit_code);
}

}  // namespace

TEST_CASE("remote: each command that reads prints with --server what it prints with --log") {
  const ServedShop shop;
  const std::vector<std::vector<std::string>> commands{
      {"read"},
      {"read", "--json"},
      {"read", "--from", "17", "--through", "400", "--backward", "--json"},
      {"read", "--limit", "3"},
      {"read", "--backward", "--limit", "5", "--type", "OrderPlaced"},
      {"read", "--type", "OrderCancelled", "--type", "Odd", "--json"},
      {"read", "--tag", "t"},
      {"read", "--stream", "odd \"name\"", "--json"},
      {"read", "--stream-prefix", "order-", "--json"},
      {"read", "--correlation", kCorrelation},
      {"read", "--since", "2000-01-01", "--until", "2100-01-01", "--json"},
      {"read", "--since", "2100-01-01"},
      {"read", "--from", "9", "--through", "8"},
      {"read", "--from", "99999999"},
      {"read", "--type", "OrderPlaced", "--explain"},
      {"read", "--explain", "--json"},
      {"get", "1"},
      {"get", "1", "--json"},
      {"get", "0"},
      {"get", "99999999"},
      {"streams"},
      {"streams", "order-", "--json"},
      {"streams", "nothing"},
      {"stats"},
      {"stats", "--json"},
      {"trace", kCorrelation},
      {"trace", "50", "--json"},
      {"trace", "50", "--dot"},
      {"trace", "99999999"},
      {"export"},
      {"replay", "inventory", "--show", "state"},
      {"replay", "analytics", "--from", "100", "--through", "110", "--json"},
      {"projection", "diff", "inventory", "--from", "100", "--through", "300"},
      {"projection", "list"},
      {"projection", "list", "--json"},
      {"projection", "query", "inventory"},
      {"projection", "query", "inventory", "--json"},
      {"projection", "query", "inventory", "no such sku"},
      {"projection", "query", "inventory", "--top", "7", "--by", "onHand"},
      {"projection", "query", "analytics"},
      {"projection", "query", "analytics", "--dimension", "country", "--bottom", "3", "--by", "netRevenue", "--json"},
      {"projection", "query", "analytics", "--dimension", "day"},
      {"projection", "query", "nothing"},
      {"projection", "query", "inventory", "--dimension", "day"},
  };
  for (const auto& command : commands) check_same(shop, command);
}

TEST_CASE("remote: appends print, refuse and end as those to a directory do") {
  ServedLog served;
  served.start();
  const ScratchDirectory scratch;
  const auto check = [&](std::vector<std::string> arguments, const std::string& input = {}) {
    CAPTURE(arguments.size());
    const CliResult remote = served.remote(arguments, input);
    arguments.insert(arguments.end(), {"--log", scratch / "log"});
    const CliResult local = run_cli(arguments, {.input = input});
    CHECK(remote.out == local.out);
    CHECK(remote.err == local.err);
    CHECK(remote.exit_code == local.exit_code);
  };
  const std::vector<std::string> event{"append", "--stream", "s", "--type", "T", "--data", "{}"};
  const auto with = [&event](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = event;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  check(with({"--expect", "0"}));
  check(with({"--expect", "0"}));
  check(with({"--json"}));
  check(with({"--key", kCorrelation}));
  check(with({"--key", kCorrelation, "--json"}));
  check(with({"--key", kCorrelation, "--tag", "another"}));
  check(with({"--fail-if-match", R"([{"types":["T"]}])", "--after", "1"}));
  check({"append", "--stream", "$own", "--type", "T", "--data", "1"});
  check({"append", "-"},
        "{\"stream\":\"a\",\"type\":\"t\",\"data\":1}\n{\"stream\":\"a\",\"expected\":7,\"events\":["
        "{\"type\":\"t\",\"data\":2}]}\n{\"stream\":\"a\",\"type\":\"t\",\"data\":3}\n");
  check({"append", "-", "--atomic"},
        "{\"stream\":\"b\",\"type\":\"t\",\"data\":1}\n\n{\"stream\":\"c\",\"type\":\"t\","
        "\"data\":2}\n");
  check({"append", "-"}, "nonsense\n");
  check({"append", "-"});
  check({"generate", "retail", "--orders", "50", "--seed", "7"});
  check({"generate", "retail", "--orders", "50", "--seed", "7", "--json"});
  check({"read", "--stream", "nowhere"});
  CHECK(served.stop() == 0);
  const std::string other = run_cli({"export", "--log", scratch / "log"}).out;
  CHECK(number_in(served.local({"stats", "--json"}).out, "head") ==
        lines_of(run_cli({"read", "--log", scratch / "log"}).out).size());
  CHECK(lines_of(served.local({"export"}).out).size() == lines_of(other).size());
}

TEST_CASE("remote: tail catches up and then prints what is appended, and goes on over the server's restart") {
  ServedLog served;
  served.start();
  const std::vector<std::string> event{"append", "--stream", "s", "--type", "T", "--data", "1"};
  REQUIRE(served.remote(event).exit_code == 0);
  CliProcess tail({"tail", "--from", "1", "--json", "--server", served.address()});
  CHECK(number_in(tail.read_line().value_or(""), "sequence") == 1);
  REQUIRE(served.remote(event).exit_code == 0);
  CHECK(number_in(tail.read_line().value_or(""), "sequence") == 2);
  served.kill();
  served.start();
  REQUIRE(served.remote(event).exit_code == 0);
  CHECK(number_in(tail.read_line().value_or(""), "sequence") == 3);
  tail.signal(SIGINT);
  CHECK(tail.read_rest().empty());
  CHECK(tail.wait() == 130);
}

TEST_CASE("remote: a tail whose reader goes ends, although no event comes") {
  ServedLog served;
  served.start();
  CliProcess tail({"tail", "--server", served.address()});
  tail.close_output();
  CHECK(tail.wait() == 0);
}

TEST_CASE("remote: --at-least reads one's own writes, and is for servers only") {
  ServedLog served;
  served.start();
  for (int number = 1; number <= 20; ++number) {
    const std::string sku = "sku-" + std::to_string(number);
    const CliResult appended =
        served.remote({"append", "--stream", "stock-" + sku, "--type", "StockReceived", "--data",
                       R"({"sku":")" + sku + R"(","quantity":7,"receivedAt":"2026-01-02","supplier":"S"})", "--json"});
    REQUIRE_MESSAGE(appended.exit_code == 0, appended.err);
    const std::string last = std::to_string(number_in(appended.out, "lastSequence"));
    const CliResult row = served.remote({"projection", "query", "inventory", sku, "--at-least", last, "--json"});
    CHECK(row.exit_code == 0);
    CHECK(contains(row.out, "\"onHand\":7"));
  }
  const CliResult early = served.remote({"projection", "query", "inventory", "--at-least", "21", "--timeout", "10ms"});
  CHECK(early.exit_code == 3);
  CHECK(lines_of(early.err).size() == 1);
  CHECK(served.local({"projection", "query", "inventory", "--at-least", "1"}).exit_code == 2);
  CHECK(served.remote({"projection", "query", "inventory", "--timeout", "1s"}).exit_code == 2);
  CHECK(served.remote({"projection", "query", "inventory", "--at-least", "1", "--timeout", "1"}).exit_code == 2);
}

TEST_CASE("remote: what needs the directory says so in one line, exit 2") {
  const std::vector<std::vector<std::string>> commands{
      {"verify"},
      {"doctor"},
      {"repair", "--dry-run"},
      {"inspect", "1"},
      {"projection", "run", "inventory"},
      {"export", "--skip-damaged"},
      {"append", "--stream", "s", "--type", "t", "--data", "1", "--durability", "fsync"}};
  for (std::vector<std::string> command : commands) {
    CAPTURE(command.front());
    command.insert(command.end(), {"--server", "127.0.0.1:1"});
    const CliResult result = run_cli(command);
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
  }
}

TEST_CASE("remote: --log and --server exclude each other, and each wins over the other's variable") {
  ServedLog served;
  served.start();
  REQUIRE(served.remote({"append", "--stream", "s", "--type", "T", "--data", "1"}).exit_code == 0);
  const std::string log = "DAYBOOK_LOG=" + served.path("nowhere");
  const std::string server = "DAYBOOK_SERVER=" + served.address();
  CHECK(run_cli({"read", "--log", served.log(), "--server", served.address()}).exit_code == 2);
  CHECK(run_cli({"read", "--server", served.address()}, {.environment = {log}}).exit_code == 0);
  CHECK(run_cli({"read", "--log", served.log()}, {.environment = {"DAYBOOK_SERVER=unix:" + served.path("no")}})
            .exit_code == 0);
  CHECK(run_cli({"read"}, {.environment = {server}}).exit_code == 0);
  const CliResult both = run_cli({"read"}, {.environment = {log, server}});
  CHECK(both.exit_code == 2);
  CHECK(contains(both.err, "DAYBOOK_LOG and DAYBOOK_SERVER"));
  CHECK(run_cli({"verify", "--log", served.log()}, {.environment = {server}}).exit_code == 0);
  CHECK(run_cli({"verify"}, {.environment = {"DAYBOOK_LOG=" + served.log(), server}}).exit_code == 0);
}

TEST_CASE("remote: no server there is exit 3, no address exit 2, each with one line") {
  const ScratchDirectory scratch;
  const CliResult nobody = run_cli({"read", "--server", "unix:" + (scratch / "socket")});
  CHECK(nobody.exit_code == 3);
  CHECK(lines_of(nobody.err).size() == 1);
  CHECK(contains(nobody.err, scratch / "socket"));
  for (const char* address : {"nonsense", "127.0.0.1:99999", "unix:", ":"}) {
    CAPTURE(address);
    const CliResult wrong = run_cli({"read", "--server", address});
    CHECK(wrong.exit_code == 2);
    CHECK(lines_of(wrong.err).size() == 1);
  }
}

TEST_CASE("remote: rows imported through a server are those imported into a directory, and a second import adds none") {
  ServedLog served;
  served.start();
  std::string rows = "order,sku,quantity\n";
  for (int row = 0; row < 5000; ++row) {
    rows += std::to_string(row / 3) + ",sku-" + std::to_string(row % 17) + "," + std::to_string(row % 5 + 1) + "\n";
  }
  const std::string mapping = served.path("orders.toml");
  REQUIRE(run_shell("cat > '" + mapping + "'",
                    {.input = "source = \"test\"\nformat = \"csv\"\n[[event]]\ngroup = [\"order\"]\n"
                              "stream = \"order-{order}\"\ntype = \"OrderPlaced\"\nlines.sku = \"{sku}\"\n"
                              "lines.quantity = { column = \"quantity\", type = \"integer\" }\n"})
              .exit_code == 0);
  const std::vector<std::string> import{"import", "-", "--mapping", mapping, "--json"};
  const CliResult first = served.remote(import, rows);
  REQUIRE_MESSAGE(first.exit_code == 0, first.err);
  CHECK(number_in(first.out, "eventsAppended") == 1667);
  const CliResult second = served.remote(import, rows);
  CHECK(number_in(second.out, "eventsAppended") == 0);
  CHECK(number_in(second.out, "eventsRepeated") == 1667);
  std::vector<std::string> embedded = import;
  embedded.insert(embedded.end(), {"--log", served.path("embedded")});
  REQUIRE(run_cli(embedded, {.input = rows}).exit_code == 0);
  CHECK(without_time(served.remote({"export"}).out) ==
        without_time(run_cli({"export", "--log", served.path("embedded")}).out));
}

TEST_CASE("remote: the real orders through a server that is killed meanwhile equal those of an embedded import") {
  const std::filesystem::path source(DAYBOOK_SOURCE_DIR);
  const std::string orders = source / "../shared/data/online-retail/online-retail.csv.gz";
  if (!std::filesystem::exists(orders)) {
    MESSAGE("skipped: there are no real orders beside the source tree");
    return;
  }
  const std::string mapping = source / "examples/retail/online-retail.toml";
  ServedLog served;
  served.start({"--durability", "buffered"});
  CliProcess import({"import", orders, "--mapping", mapping, "--server", served.address(), "--json"});
  for (std::uint64_t head = 0; head < 5000;) head = number_in(served.remote({"stats", "--json"}).out, "head");
  served.kill();
  served.start({"--durability", "buffered"});
  const std::string summary = import.read_line().value_or("");
  CHECK(import.wait() == 0);
  CHECK(number_in(summary, "rows") == 541909);
  CHECK(number_in(summary, "eventsAppended") + number_in(summary, "eventsRepeated") == 25901);
  CHECK(number_in(served.remote({"stats", "--json"}).out, "head") == 25901);
  REQUIRE(
      run_cli({"import", orders, "--mapping", mapping, "--durability", "buffered", "--log", served.path("embedded")})
          .exit_code == 0);
  // Bytes of half a million rows are not for a failing test's message.
  const bool equal = without_time(served.remote({"export"}).out) ==
                     without_time(run_cli({"export", "--log", served.path("embedded")}).out);
  CHECK(equal);
  CHECK(served.stop() == 0);
  CHECK(run_cli({"verify", "--log", served.log()}).exit_code == 0);
}
