// `read`: what its flags select, in which order, and how lines look.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::ScratchDirectory;

namespace {

const std::string kUuid = "01890a5d-ac96-774b-bcce-b302099a8057";

/// Ten events in three streams:
///   sequence  1 2 3 4 5 6 7 8 9 10
///   stream    a b a b a b a b a order-1
///   type      odd even odd even ...
///   tag       x on multiples of 3, y on multiples of 2; correlation on 4
class TenEvents {
 public:
  TenEvents() {
    std::string lines;
    for (int number = 1; number <= 10; ++number) {
      std::string tags = number % 3 == 0 ? "\"x\"" : "";
      if (number % 2 == 0) tags += tags.empty() ? "\"y\"" : ",\"y\"";
      const std::string stream = number == 10 ? "order-1" : number % 2 == 1 ? "a" : "b";
      lines += R"({"stream":")" + stream + R"(","type":")" + (number % 2 == 1 ? "odd" : "even") + R"(","tags":[)" +
               tags + "]," + (number == 4 ? R"("metadata":{"correlationId":")" + kUuid + "\"}," : "") + R"("data":)" +
               std::to_string(number) + "}\n";
    }
    REQUIRE(run_cli({"append", "-", "--log", log()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  [[nodiscard]] CliResult read(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"read", "--log", log()});
    return run_cli(flags);
  }
  /// The sequences that `read` prints, with blanks between.
  [[nodiscard]] std::string sequences(std::vector<std::string> flags) const {
    flags.emplace_back("--json");
    const CliResult result = read(flags);
    CHECK(result.exit_code == 0);
    std::string out;
    for (const std::string& line : lines_of(result.out)) {
      if (!out.empty()) out += ' ';
      out += line.substr(12, line.find(',') - 12);
    }
    return out;
  }
  /// The recorded time of an event.
  [[nodiscard]] std::string time_of(int sequence) const {
    const std::string line = run_cli({"get", std::to_string(sequence), "--json", "--log", log()}).out;
    return line.substr(line.find("\"time\":\"") + 8, 30);
  }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("read: the flags select, and together they narrow") {
  const TenEvents ten;
  CHECK(ten.sequences({}) == "1 2 3 4 5 6 7 8 9 10");
  CHECK(ten.sequences({"--from", "4", "--through", "6"}) == "4 5 6");
  CHECK(ten.sequences({"--from", "0", "--through", "1"}) == "1");
  CHECK(ten.sequences({"--from", "9", "--through", "99"}) == "9 10");
  CHECK(ten.sequences({"--from", "11"}).empty());
  CHECK(ten.sequences({"--limit", "3"}) == "1 2 3");
  CHECK(ten.sequences({"--limit", "0"}).empty());
  CHECK(ten.sequences({"--backward"}) == "10 9 8 7 6 5 4 3 2 1");
  CHECK(ten.sequences({"--backward", "--from", "3", "--through", "8", "--limit", "2"}) == "8 7");
  CHECK(ten.sequences({"--stream", "b"}) == "2 4 6 8");
  CHECK(ten.sequences({"--stream", "b", "--stream", "order-1"}) == "2 4 6 8 10");
  CHECK(ten.sequences({"--stream-prefix", "order-"}) == "10");
  CHECK(ten.sequences({"--stream", "none"}).empty());
  CHECK(ten.sequences({"--type", "odd"}) == "1 3 5 7 9");
  CHECK(ten.sequences({"--type", "odd", "--type", "even", "--tag", "x"}) == "3 6 9");
  CHECK(ten.sequences({"--tag", "x", "--tag", "y"}) == "6");
  CHECK(ten.sequences({"--tag", "y", "--stream", "b", "--from", "3", "--backward"}) == "8 6 4");
  CHECK(ten.sequences({"--correlation", kUuid}) == "4");
}

TEST_CASE("read: --since includes its instant and --until excludes it") {
  const TenEvents ten;
  CHECK(ten.sequences({"--since", ten.time_of(1)}) == "1 2 3 4 5 6 7 8 9 10");
  CHECK(ten.sequences({"--since", ten.time_of(4), "--until", ten.time_of(7)}) == "4 5 6");
  CHECK(ten.sequences({"--until", ten.time_of(3), "--backward"}) == "2 1");
  CHECK(ten.sequences({"--since", ten.time_of(4), "--from", "6", "--through", "7"}) == "6 7");
  CHECK(ten.sequences({"--since", "2200-01-01"}).empty());
  CHECK(ten.sequences({"--until", "2000-01-01T00:00:00Z"}).empty());
  CHECK(ten.sequences({"--until", "2200-01-01T00:00:00.5+01:00"}) == "1 2 3 4 5 6 7 8 9 10");
}

TEST_CASE("read: a range from high to low reads nothing and says why") {
  const TenEvents ten;
  const CliResult result = ten.read({"--from", "8", "--through", "3", "--backward"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "low to high"));
}

TEST_CASE("read: --explain says how it would read, and reads nothing") {
  const TenEvents ten;
  const CliResult text = ten.read({"--tag", "x", "--explain"});
  CHECK(text.exit_code == 0);
  CHECK(lines_of(text.out).size() == 1);
  const CliResult json = ten.read({"--tag", "x", "--explain", "--json"});
  CHECK(json.out.starts_with("{\"usesPostings\":"));
  CHECK(contains(json.out, ",\"terms\":"));
  CHECK(contains(json.out, ",\"plan\":\""));
}

TEST_CASE("read: a query beyond the limits is exit 2") {
  const TenEvents ten;
  std::vector<std::string> flags;
  for (int tag = 0; tag < 300; ++tag) flags.insert(flags.end(), {"--tag", "t" + std::to_string(tag)});
  CHECK(ten.read(flags).exit_code == 2);
  CHECK(ten.read({"--stream", ""}).exit_code == 2);
}

TEST_CASE("read: the JSON of an event is exactly the documented form") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  const std::string line = R"({"stream":"s\u001f","type":"t","data":1})"
                           "\n";
  CHECK(run_cli({"append", "-", "--log", log}, {.input = line}).exit_code == 1);  // Names hold no control characters.
  const std::string input =
      R"({"stream":"é \"q\" \\","type":"t","id":")" + kUuid +
      R"(","occurredAt":"2011-12-09T12:50:00+01:00","tags":["ä","b"],"contentType":"application/json","data":{ "n" : 1.50 },)" +
      R"("metadata":{"headers":{"k":"v","a":""},"traceparent":"00-x","causationId":")" + kUuid +
      R"(","correlationId":")" + kUuid + "\"}}\n";
  REQUIRE(run_cli({"append", "-", "--log", log}, {.input = input}).exit_code == 0);
  std::string out = run_cli({"read", "--json", "--log", log}).out;
  const std::size_t at = out.find("\"time\":\"") + 8;
  CHECK(out.substr(at + 29, 1) == "Z");
  out.replace(at, 30, "TIME");
  CHECK(
      out ==
      R"({"sequence":1,"stream":"é \"q\" \\","version":1,"type":"t","id":")" + kUuid +
          R"(","time":"TIME","occurredAt":"2011-12-09T11:50:00.000000000Z","tags":["ä","b"],"contentType":"application/json",)" +
          R"("data":{ "n" : 1.50 },"metadata":{"correlationId":")" + kUuid + R"(","causationId":")" + kUuid +
          R"(","traceparent":"00-x","headers":{"k":"v","a":""}}})"
          "\n");
}

TEST_CASE("read: for people there is a line an event, and no control character reaches them") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  const std::string input =
      "{\"stream\":\"s\xC2\x9B"
      "2J\",\"type\":\"t\",\"data\":\"\xC2\x9B\\u001b[2J\"}\n"
      R"({"stream":"s","type":"t","dataBase64":"G1syShMK/w=="})"
      "\n"
      R"({"stream":"s","type":"t","dataBase64":"G1syShMK"})"
      "\n";
  REQUIRE(run_cli({"append", "-", "--log", log}, {.input = input}).exit_code == 0);
  const CliResult result = run_cli({"read", "--log", log});
  REQUIRE(lines_of(result.out).size() == 3);
  CHECK_FALSE(contains(result.out, "\x1b"));
  CHECK_FALSE(contains(result.out, "\xC2\x9B"));
  CHECK(contains(result.out, "(7 bytes of application/json)"));
  CHECK(contains(result.out, "\\u001b[2J\\u0013\\n"));
  CHECK_FALSE(contains(run_cli({"get", "1", "--log", log}).out, "\xC2\x9B"));
  CHECK_FALSE(contains(run_cli({"streams", "--log", log}).out, "\xC2\x9B"));
}
