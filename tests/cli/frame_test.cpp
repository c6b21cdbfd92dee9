// The frame around the commands: flags, help, usage errors, exit codes that every command shares.
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

const std::vector<std::string> kCommands{"append", "read", "get", "streams", "stats", "verify"};

void append_one(const std::string& log) {
  REQUIRE(run_cli({"--log", log, "append", "--stream", "s", "--type", "t", "--data", "{}"}).exit_code == 0);
}

/// A usage error: exit 2, nothing on standard output, one line that names `part` and where help is.
void check_usage(const std::vector<std::string>& arguments, const std::string& part) {
  const CliResult result = run_cli(arguments);
  CAPTURE(result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(lines_of(result.err).size() == 1);
  CHECK(result.err.starts_with("daybook: "));
  CHECK(contains(result.err, part));
}

}  // namespace

TEST_CASE("frame: --version and --help succeed") {
  const CliResult version = run_cli({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.out.starts_with("daybook "));
  const CliResult help = run_cli({"--help"});
  CHECK(help.exit_code == 0);
  for (const std::string& command : kCommands) CHECK(contains(help.out, "\n  " + command + " "));
}

TEST_CASE("frame: every command has help with examples") {
  for (const std::string& command : kCommands) {
    CAPTURE(command);
    const CliResult help = run_cli({command, "--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    CHECK(contains(help.out, "Examples:\n  daybook " + command));
    CHECK(contains(help.out, "--log DIR"));
  }
}

TEST_CASE("frame: usage errors are exit 2 and one line") {
  check_usage({}, "which command?");
  check_usage({"frobnicate"}, "'frobnicate' is no command");
  check_usage({"read", "--frobnicate"}, "daybook read --help");
  check_usage({"read"}, "give --log DIR or set DAYBOOK_LOG");
  check_usage({"read", "--log", ""}, "give --log DIR or set DAYBOOK_LOG");
  check_usage({"--log"}, "--log");
  check_usage({"get", "--log", "x"}, "sequence");
  check_usage({"get", "one", "--log", "x"}, "'one' is not a whole number");
  check_usage({"get", "-1", "--log", "x"}, "");
  check_usage({"get", "281474976710656", "--log", "x"}, "281474976710655");
  check_usage({"read", "--log", "x", "--from", "1e3"}, "'1e3'");
  check_usage({"read", "--log", "x", "--limit", "0x10"}, "'0x10'");
  check_usage({"read", "--log", "x", "--since", "yesterday"}, "'yesterday'");
  check_usage({"read", "--log", "x", "--correlation", "abc"}, "UUID");
  check_usage({"read", "--log", "x", "--stream", "a", "--stream-prefix", "b"}, "--stream");
  check_usage({"append", "--log", "x"}, "--stream, --type and --data");
  check_usage({"append", "x.jsonl", "--log", "x"}, "'-'");
  check_usage({"append", "-", "--log", "x", "--stream", "s"}, "--stream");
  check_usage({"append", "--atomic", "--log", "x"}, "--atomic");
  check_usage({"append", "--log", "x", "--after", "1"}, "--fail-if-match");
  check_usage({"append", "--log", "x", "--durability", "maybe"}, "'maybe'");
}

TEST_CASE("frame: a usage error cannot carry an escape sequence to the terminal") {
  const CliResult result = run_cli({"\x1b[2J"});
  CHECK(result.exit_code == 2);
  CHECK_FALSE(contains(result.err, "\x1b"));
  CHECK(contains(result.err, "\\u001b[2J"));
}

TEST_CASE("frame: global flags stand before or after the command") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  append_one(log);
  const std::string expected = run_cli({"--log", log, "--json", "read"}).out;
  CHECK(lines_of(expected).size() == 1);
  CHECK(run_cli({"read", "--log", log, "--json"}).out == expected);
  CHECK(run_cli({"--json", "read", "--log", log}).out == expected);
  CHECK(run_cli({"--log", log, "read", "--json"}).out == expected);
  CHECK(run_cli({"--log=" + log, "read", "--json"}).out == expected);
}

TEST_CASE("frame: DAYBOOK_LOG names the log, and --log wins over it") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  append_one(log);
  CHECK(run_cli({"get", "1"}, {.environment = {"DAYBOOK_LOG=" + log}}).exit_code == 0);
  CHECK(run_cli({"get", "1", "--log", log}, {.environment = {"DAYBOOK_LOG=" + (scratch / "none")}}).exit_code == 0);
  CHECK(run_cli({"get", "1"}, {.environment = {"DAYBOOK_LOG="}}).exit_code == 2);
}

TEST_CASE("frame: where there is no log, commands that read are exit 3 and create nothing") {
  const ScratchDirectory scratch;
  const std::vector<std::vector<std::string>> commands{{"read"}, {"get", "1"}, {"streams"}, {"stats"}, {"verify"}};
  for (std::vector<std::string> command : commands) {
    CAPTURE(command.front());
    command.insert(command.end(), {"--log", scratch / "none"});
    const CliResult result = run_cli(command);
    CHECK(result.exit_code == 3);
    CHECK(lines_of(result.err).size() == 1);
    CHECK(contains(result.err, "none"));
    CHECK(run_cli({"stats", "--log", scratch.path()}).exit_code == 3);
  }
  CHECK(run_cli({"append", "--log", scratch / "bad", "--stream", "s", "--type", "t", "--data", "{"}).exit_code == 2);
  const CliResult listing = daybook::test::run_shell("ls -A '" + scratch.path() + "'");
  CHECK(listing.out.empty());
}
