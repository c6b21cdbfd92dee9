// `export` of a damaged log: what comes before the damage, and with --skip-damaged what is behind it, and what is
// missing.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/exported_logs.h"
#include "tests/support/cli_process.h"

using daybook::Commit;
using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::Logs;
using daybook::test::run_cli;
using daybook::test::run_shell;

namespace {

/// Flips a byte of the file that holds `text`.
void damage(const std::string& directory, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::size_t at = bytes.find(text);
    if (at == std::string::npos) continue;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    return;
  }
  FAIL("no file holds " << text);
}

/// A commit whose block is a part of its table file, and whose bytes no compression hides.
Commit large_commit(std::uint64_t number) {
  std::mt19937_64 random(number);
  std::string noise(20'000, ' ');
  for (char& byte : noise) byte = static_cast<char>('!' + random() % 90);
  return {.events = {{.stream = "s", .type = "T", .data = "[marker-" + std::to_string(number) + "]" + noise}}};
}

std::vector<Commit> large_commits(std::uint64_t count) {
  std::vector<Commit> commits;
  for (std::uint64_t number = 1; number <= count; ++number) commits.push_back(large_commit(number));
  return commits;
}

}  // namespace

TEST_CASE("export: damage ends it with exit 3 after the good lines; --skip-damaged goes on, and names the gap") {
  const Logs logs;
  logs.append("a", large_commits(12));
  damage(logs.path("a") + "/log", "[marker-5]");
  const std::string before = daybook::test::directory_state(logs.path("a"));
  for (const std::string command : {"export", "read"}) {
    const CliResult stopped = run_cli({command, "--json", "--log", logs.path("a")});
    CHECK(stopped.exit_code == 3);
    CHECK(lines_of(stopped.out).size() == 4);
    CHECK(lines_of(stopped.err).size() == 1);
    CHECK(contains(stopped.err, ".sst"));
  }
  const CliResult skipping = run_cli({"export", "--skip-damaged", "--log", logs.path("a")});
  CHECK(skipping.exit_code == 3);
  CHECK(contains(skipping.err, "corruption: 1 event could not be read"));
  const std::vector<std::string> lines = lines_of(skipping.out);
  REQUIRE(lines.size() == 12);
  CHECK(lines[4].starts_with(R"({"gap":{"from":5,"through":5,"reason":")"));
  CHECK(contains(lines[4], "log/"));
  CHECK(daybook::test::directory_state(logs.path("a")) == before);
  const CliResult refused = logs.import("b", skipping.out);
  CHECK(refused.exit_code == 1);
  CHECK(contains(refused.err, "standard input:5:1 (row 5): a gap: the events 5 through 5 could not be read"));
  CHECK(contains(refused.err, "--skip-bad"));
  CHECK(logs.import("b", skipping.out, {"--skip-bad"}).exit_code == 0);
  CHECK(lines_of(logs.exported("b")).size() == 11);
}

TEST_CASE("export: a missing HEAD, FORMAT or table file, and a torn end, are exit 3 with what is readable") {
  struct Case {
    const char* harm;
    const char* says;
    std::size_t lines;
  };
  const std::vector<Case> cases{
      {"rm HEAD", "corruption in HEAD: ", 6},
      {"printf x | dd of=HEAD conv=notrunc status=none", "corruption in HEAD: ", 6},
      {"rm FORMAT", "corruption in FORMAT: ", 6},
      {"rm log/CURRENT log/MANIFEST-*", "corruption in log/, from CURRENT on", 6},
      {"rm $(grep -l 'marker-5' log/*.sst)", "events could not be read", 1},
      {"printf torn >> $(ls log/*.log | tail -1)", "behind the last readable event", 6},
  };
  for (const Case& each : cases) {
    CAPTURE(each.harm);
    const Logs logs;
    logs.append("a", large_commits(6));
    REQUIRE(run_shell("cd '" + logs.path("a") + "' && " + each.harm).exit_code == 0);
    const std::string before = daybook::test::directory_state(logs.path("a"));
    const CliResult result = run_cli({"export", "--skip-damaged", "--log", logs.path("a")});
    CHECK(lines_of(result.out).size() == each.lines);
    CHECK(contains(result.err, each.says));
    CHECK(result.exit_code == 3);
    CHECK(run_cli({"export", "--log", logs.path("a")}).exit_code == 3);
    CHECK(daybook::test::directory_state(logs.path("a")) == before);
  }
}

TEST_CASE("export --skip-damaged: beside a writer it prints what is written, and refuses nobody") {
  const Logs logs;
  CliProcess writer({"append", "-", "--log", logs.path("a")});
  for (int event = 1; event <= 20; ++event) {
    writer.send(R"({"stream":"s","type":"T","data":)" + std::to_string(event) + "}\n");
    REQUIRE(writer.read_line().has_value());
    const CliResult result = run_cli({"export", "--skip-damaged", "--log", logs.path("a")});
    CHECK(result.err == "");
    CHECK(result.exit_code == 0);
    CHECK(lines_of(result.out).size() == static_cast<std::size_t>(event));
  }
  writer.close_input();
  CHECK(writer.wait() == 0);
}
