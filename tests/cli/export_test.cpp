// `export`, and `import` without a mapping: what goes out of one log and into another is the same, but for the recorded
// time. The logs are made through the library, so that every field is used, and go through the real binary.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/log.h"
#include "tests/cli/exported_logs.h"
#include "tests/cli/import_rows.h"
#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

using daybook::Commit;
using daybook::Event;
using daybook::Uuid;
using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::Logs;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::without_time;

namespace {

const std::string kId = "01890a5d-ac96-774b-bcce-b302099a8057";
const std::string kOtherId = "01890a5d-ac96-774b-bcce-b302099a8058";

Uuid random_uuid(std::mt19937_64& random) {
  Uuid uuid;
  for (auto& byte : uuid.bytes) byte = static_cast<std::uint8_t>(random());
  return uuid;
}

/// A name of quotes, backslashes, wide characters, C1 controls and what else a name may hold.
std::string random_name(std::mt19937_64& random, std::size_t characters) {
  static const std::vector<std::string> kParts{"a",      "B",      "-",          " ", "\"", "\\", "/", "\u00e9",
                                               "\u2028", "\u0085", "\U0001f4d2", "{", "}",  "'",  ":", "0"};
  std::string name = "n";
  for (std::size_t at = 1 + random() % characters; at > 0; --at) name += kParts[random() % kParts.size()];
  return name;
}

std::string random_data(std::mt19937_64& random) {
  static const std::vector<std::string> kTexts{R"({"b":1,"a":2,"b":3})",
                                               R"({ "n" : 1.50 , "big": 123456789012345678901234567890 })",
                                               R"("\u00e9\ud83d\ude00\/")",
                                               " 1 ",
                                               "1\n",
                                               "\r",
                                               "[1,\n2]",
                                               "",
                                               "null",
                                               "-0.0e+10",
                                               R"({"data":{"data":"x"},"events":[]})",
                                               "\xef\xbb\xbf{}",
                                               "not json",
                                               R"("\ud800")",
                                               "\"\u0085\u007f\""};
  if (random() % 3 != 0) return kTexts[random() % kTexts.size()];
  std::string bytes(random() % 300, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

Event random_event(std::mt19937_64& random) {
  Event event{
      .stream = "s-" + std::to_string(random() % 20), .type = random_name(random, 8), .data = random_data(random)};
  if (random() % 4 == 0) event.stream = random_name(random, 20);
  for (std::size_t tags = random() % 4; tags > 0; --tags) event.tags.push_back(random_name(random, 6));
  if (random() % 2 == 0) event.content_type = random() % 2 == 0 ? "application/octet-stream" : random_name(random, 9);
  if (random() % 2 == 0) event.id = random_uuid(random);
  if (random() % 2 == 0) {
    event.occurred_at = daybook::Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(random()) / 2));
  }
  if (random() % 2 == 0) event.correlation_id = random_uuid(random);
  if (random() % 2 == 0) event.causation_id = random_uuid(random);
  if (random() % 3 == 0) event.traceparent = random() % 2 == 0 ? "" : random_name(random, 30);
  for (std::size_t headers = random() % 4; headers > 0; --headers) {
    event.headers.push_back(
        {random() % 3 == 0 ? "data" : random_name(random, 5), random() % 3 == 0 ? "" : random_name(random, 9)});
  }
  return event;
}

std::vector<Commit> random_commits(std::mt19937_64& random, std::size_t count) {
  std::vector<Commit> commits(count);
  for (Commit& commit : commits) {
    for (std::size_t events = random() % 3 == 0 ? 1 + random() % 40 : 1; events > 0; --events) {
      commit.events.push_back(random_event(random));
    }
    if (random() % 2 == 0) commit.key = random_uuid(random);
  }
  return commits;
}

}  // namespace

TEST_CASE("export: a line a commit, with its key, and events as read prints them") {
  const Logs logs;
  logs.append("a",
              {{.events = {{.stream = "s", .type = "T", .data = "{}"}}, .key = Uuid::parse(kId)},
               {.events = {{.stream = "s", .type = "U", .data = "1"}, {.stream = "r", .type = "V", .data = "\xff"}}}});
  const std::vector<std::string> events = lines_of(run_cli({"read", "--json", "--log", logs.path("a")}).out);
  REQUIRE(events.size() == 3);
  const std::string expected =
      "{\"key\":\"" + kId + "\",\"events\":[" + events[0] + "]}\n{\"events\":[" + events[1] + "," + events[2] + "]}\n";
  CHECK(logs.exported("a") == expected);
  const CliResult skipping = run_cli({"export", "--skip-damaged", "--log", logs.path("a")});
  CHECK(skipping.out == expected);
  CHECK(skipping.err == "");
  CHECK(skipping.exit_code == 0);
}

TEST_CASE("copy: any log comes out equal, and the second time adds nothing") {
  const std::uint64_t seed = daybook::test::test_seed();
  std::mt19937_64 random(seed);
  const Logs logs;
  logs.append("a", random_commits(random, 400));
  const CliResult copied = logs.copy("a", "b");
  CHECK(copied.err == "");
  CHECK(copied.exit_code == 0);
  logs.check_equal("a", "b");
  CHECK(contains(logs.copy("a", "b").out, "\"eventsAppended\":0,"));
  // A copy of the copy, and back into where it came from.
  CHECK(logs.copy("b", "c").exit_code == 0);
  logs.check_equal("a", "c");
  CHECK(run_cli({"verify", "--log", logs.path("c")}).exit_code == 0);
}

TEST_CASE("copy: compressed on the way, it is the same") {
  const Logs logs;
  std::mt19937_64 random(7);
  logs.append("a", random_commits(random, 50));
  CHECK(logs.copy("a", "b", "gzip").exit_code == 0);
  logs.check_equal("a", "b");
  if (run_shell("command -v zstd").exit_code == 0) {
    CHECK(logs.copy("a", "c", "zstd -q").exit_code == 0);
    logs.check_equal("a", "c");
  }
}

TEST_CASE("copy: the real orders come out equal") {
  const std::string file = daybook::test::real_data("online-retail-sample.csv");
  if (file.empty()) return;
  const Logs logs;
  const CliResult imported = run_cli({"import", file, "--log", logs.path("a"), "--mapping",
                                      std::string(DAYBOOK_SOURCE_DIR) + "/examples/retail/online-retail.toml"});
  REQUIRE(imported.exit_code == 0);
  CHECK(logs.copy("a", "b").exit_code == 0);
  logs.check_equal("a", "b");
  CHECK(logs.copy("b", "a").exit_code == 0);
  CHECK(lines_of(logs.exported("a")).size() == 143);
}

TEST_CASE("import: what read --json prints is taken, a commit an event, and twice adds nothing") {
  const Logs logs;
  std::mt19937_64 random(11);
  logs.append("a", random_commits(random, 60));
  const std::string lines = run_cli({"read", "--json", "--log", logs.path("a")}).out;
  CHECK(logs.import("b", lines).exit_code == 0);
  CHECK(without_time(run_cli({"read", "--json", "--log", logs.path("b")}).out) == without_time(lines));
  CHECK(contains(logs.import("b", lines, {"--json"}).out, "\"eventsAppended\":0,"));
}

TEST_CASE("import: into a log that holds other events, versions go on from there") {
  const Logs logs;
  logs.append("a", {{.events = {{.stream = "s", .type = "A", .data = "1"}}}});
  logs.append("b", {{.events = {{.stream = "s", .type = "B", .data = "2"}}}});
  CHECK(logs.copy("a", "b").exit_code == 0);
  CHECK(contains(run_cli({"get", "2", "--json", "--log", logs.path("b")}).out,
                 R"({"sequence":2,"stream":"s","version":2,"type":"A")"));
}

TEST_CASE("import: killed at any moment and run again, the log is the same") {
  const std::uint64_t seed = daybook::test::test_seed();
  std::mt19937_64 random(seed);
  const Logs logs;
  logs.append("a", random_commits(random, 3'000));
  const std::string lines = logs.exported("a");
  for (int round = 0; round < 5; ++round) {
    CliProcess process({"import", "-", "--log", logs.path("b"), "--durability", "buffered"});
    process.send(lines.substr(0, random() % lines.size()));
    process.signal(SIGKILL);
    CHECK(process.wait() == 128 + SIGKILL);
  }
  CHECK(logs.import("b", lines).exit_code == 0);
  logs.check_equal("a", "b");
}

TEST_CASE("import: the first bad line stops it with file, line and reason; before the first good one no log is made") {
  const Logs logs;
  const std::string good = R"({"id":")" + kId + R"(","stream":"s","type":"T","data":1})" + "\n";
  struct Case {
    const char* line;
    const char* reason;
  };
  const std::vector<Case> cases{
      {"InvoiceNo,StockCode", "it is not valid JSON"},
      {"{\"stream\":\"s\"", "it is not valid JSON"},
      {"\"\xff\"", "it is not valid UTF-8"},
      {"[]", "it must be a JSON object"},
      {R"({"stream":"s","type":"T","data":1})", "it has neither a 'key' nor an 'id'"},
      {R"({"id":"01890a5d-ac96-774b-bcce-b302099a8058","stream":"s","type":"T","data":1,"tag":"x"})",
       "unknown field 'tag'"},
      {R"({"id":"01890a5d-ac96-774b-bcce-b302099a8058","stream":"$s","type":"T","data":1})", "begin"},
      {R"({"id":"01890a5d-ac96-774b-bcce-b302099a8058","stream":"a\u0000b","type":"T","data":1})", "control character"},
      {R"({"key":"x","events":[]})", "'key' must be a UUID"},
      {R"({"events":[]})", "at least one event"},
      {R"({"gap":{"from":5,"through":9,"reason":"lost"}})", "a gap: the events 5 through 9 could not be read"},
  };
  for (const Case& bad : cases) {
    CAPTURE(bad.line);
    const CliResult alone = logs.import("none", std::string(bad.line) + "\n" + good);
    CHECK(alone.exit_code == 1);
    CHECK(lines_of(alone.err).size() == 2);
    CHECK(alone.err.starts_with("daybook: standard input:1:"));
    CHECK(contains(alone.err, bad.reason));
    CHECK_FALSE(std::filesystem::exists(logs.path("none")));
    const CliResult behind = logs.import("some", good + "\n" + bad.line + "\n" + good);
    CHECK(behind.exit_code == 1);
    CHECK(behind.err.starts_with("daybook: standard input:3:"));
    CHECK(contains(behind.err, bad.reason));
    const CliResult skipped = logs.import("some", std::string(bad.line) + "\r\n" + good, {"--skip-bad", "--json"});
    CHECK(skipped.exit_code == 0);
    CHECK(contains(skipped.out, "\"rowsBad\":1,"));
    CHECK(contains(skipped.out, "\"eventsRepeated\":1,"));
  }
  CHECK(lines_of(logs.exported("some")).size() == 1);
}

TEST_CASE("import: a line that came with other events before is a conflict that says so, exit 1") {
  const Logs logs;
  const auto line = [](const std::string& data) {
    return R"({"id":")" + kId + R"(","stream":"s","type":"T","data":)" + data + "}\n";
  };
  CHECK(logs.import("a", line("1")).exit_code == 0);
  const CliResult changed = logs.import("a", line("2"));
  CHECK(changed.exit_code == 1);
  CHECK(
      contains(changed.err, "standard input:1 (row 1): its key, or the id of its first event, came with other events"));
  CHECK(lines_of(logs.exported("a")).size() == 1);
}

TEST_CASE("export: JSON that does not stand alone on its line keeps its blanks, as base64") {
  const Logs logs;
  logs.append("a", {{.events = {{.stream = "s", .type = "T", .data = " {} "}}}});
  CHECK(contains(logs.exported("a"), "\"dataBase64\":\"IHt9IA==\""));
}

TEST_CASE("import: a line of more than 64 MiB is bad, and the next one is read") {
  const Logs logs;
  const std::string good = R"({"id":")" + kId + R"(","stream":"s","type":"T","data":1})" + "\n";
  const CliResult result = logs.import("a", std::string(65 << 20, ' ') + "\n" + good, {"--skip-bad"});
  CHECK(result.exit_code == 0);
  CHECK(contains(result.err, "standard input:1:1 (row 1): the line is longer than 64 MiB"));
  CHECK(lines_of(logs.exported("a")).size() == 1);
}
