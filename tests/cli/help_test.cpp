// --help, the man pages and --version: every command and flag is there, is explained, and renders.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

namespace {

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The lines of a section of --help, such as `Commands:`.
std::vector<std::string> section(const std::string& help, const std::string& heading) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : lines_of(help)) {
    if (!line.starts_with(" "))
      inside = line == heading;
    else if (inside)
      lines.push_back(line);
  }
  return lines;
}

/// Every command line that has a page: {}, {"read"}, {"projection", "run"}, ...
std::vector<std::vector<std::string>> commands_below(const std::vector<std::string>& command = {}) {
  std::vector<std::vector<std::string>> all{command};
  std::vector<std::string> ask = command;
  ask.emplace_back("--help");
  for (const std::string& line : section(run_cli(ask).out, "Commands:")) {
    if (line.starts_with("   ")) continue;  // The rest of a wrapped meaning.
    std::vector<std::string> next = command;
    next.push_back(line.substr(2, line.find(' ', 2) - 2));
    for (const std::vector<std::string>& below : commands_below(next)) all.push_back(below);
  }
  return all;
}

bool present(const std::string& program) {
  return run_shell("command -v " + program + " >/dev/null").exit_code == 0;
}

}  // namespace

TEST_CASE("help: every command says what it does, how it is used, what each flag means, and has an example") {
  const auto commands = commands_below();
  CHECK(commands.size() > 14);
  for (std::vector<std::string> command : commands) {
    std::string name = "daybook";
    for (const std::string& word : command) name += " " + word;
    CAPTURE(name);
    command.emplace_back("--help");
    const CliResult help = run_cli(command);
    REQUIRE(help.exit_code == 0);
    CHECK(help.err.empty());
    CHECK(contains(help.out, "\nUsage: " + name));
    CHECK_FALSE(section(help.out, "Examples:").empty());
    for (const std::string& line : lines_of(help.out)) {
      CAPTURE(line);
      CHECK(line.size() <= 110);
      CHECK_FALSE(line.ends_with(" "));
    }
    for (const char* heading : {"Flags:", "Arguments:", "Global flags, before or after the command:"}) {
      for (const std::string& line : section(help.out, heading)) {
        CAPTURE(line);
        CHECK_FALSE(line.ends_with("."));
      }
    }
    CHECK(contains(help.out, "  --log DIR "));
  }
  CHECK_FALSE(contains(run_cli({"--help"}).out, "  man "));
  CHECK(section(run_cli({"--help"}).out, "Exit codes:").size() >= 6);
}

TEST_CASE("help: a required flag stands in the usage, a choice names its words") {
  const std::string diff = run_cli({"projection", "diff", "--help"}).out;
  CHECK(contains(diff, "Usage: daybook projection diff --from N [FLAGS] PROJECTION\n"));
  CHECK(contains(diff, "(required)"));
  CHECK(contains(run_cli({"replay", "--help"}).out, "--show changes|state|none"));
  CHECK(contains(run_cli({"replay", "--help"}).out, "analytics|inventory"));
}

TEST_CASE("man: there is a page for every command, and each renders without a warning") {
  const ScratchDirectory scratch;
  const std::string pages = scratch / "man1";
  REQUIRE(run_cli({"man", pages}).exit_code == 0);
  std::size_t count = 0;
  for (const std::vector<std::string>& command : commands_below()) {
    std::string name = "daybook";
    for (const std::string& word : command) name += "-" + word;
    CAPTURE(name);
    const std::string page = content_of(pages + "/" + name + ".1");
    for (const char* heading : {"NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"}) {
      CHECK(contains(page, ".SH \"" + std::string(heading) + "\"\n"));
    }
    ++count;
  }
  CHECK(static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(pages), {})) == count);
  if (!present("groff")) {
    MESSAGE("skipped: groff is not installed, so no page is rendered");
    return;
  }
  const CliResult rendered =
      run_shell("for page in '" + pages + "'/*.1; do groff -man -Tutf8 -Kutf8 -ww -P-cbou $page; done");
  CHECK(rendered.exit_code == 0);
  CHECK(rendered.err.empty());
  CHECK(contains(rendered.out, "daybook read --log orders --type OrderCancelled --tag customer:17850"));
  CHECK(contains(rendered.out, "--data '{\"total\":\"9.50\"}'"));
  CHECK(contains(rendered.out, "daybook-projection-run(1)"));
}

TEST_CASE("man: a directory that cannot be made is exit 3, none named exit 2") {
  const ScratchDirectory scratch;
  REQUIRE(run_shell("touch '" + scratch.path() + "/file'").exit_code == 0);
  const CliResult result = run_cli({"man", scratch / "file"});
  CHECK(result.exit_code == 3);
  CHECK(lines_of(result.err).size() == 1);
  CHECK(run_cli({"man"}).exit_code == 2);
}

TEST_CASE("version: daybook, its format and its libraries, as lines or as one object") {
  const std::vector<std::string> lines = lines_of(run_cli({"--version"}).out);
  REQUIRE(lines.size() > 5);
  CHECK(lines[0].starts_with("daybook 0."));
  CHECK(lines[1] == "format 1");
  for (const char* name : {"RocksDB 7.", "Cap'n Proto 0.9", "xxHash 0.", "Boost 1.", "spdlog 1.", "CLI11 2.",
                           "simdjson ", "toml++ 3.", "zlib 1.", "zstd 1."}) {
    CAPTURE(name);
    CHECK(contains(run_cli({"--version"}).out, std::string("\n") + name));
  }
  const CliResult json = run_cli({"--version", "--json"});
  CHECK(lines_of(json.out).size() == 1);
  CHECK(json.out.starts_with(R"({"version":"0.)"));
  CHECK(contains(json.out, R"(,"formatVersion":1,"components":{"RocksDB":"7.)"));
  CHECK(run_cli({"read", "--json", "--version"}).out == json.out);
}
