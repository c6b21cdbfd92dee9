// The sessions in the documentation are run, and what they show is compared with what comes out.
//
// A session is a ```console block: `$ ` begins a command, the lines after it are what it prints on both outputs. All
// blocks of a document share one directory. `$ echo $?` shows the exit code of the command before. A block that begins
// with ```console orders has the real orders beside it, and their mapping; where they are missing it is skipped.
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

struct Step {
  std::string command;
  std::string expected;
  int line = 0;
  bool needs_orders = false;
};

std::vector<Step> steps_of(const std::string& document) {
  std::ifstream in(std::string(DAYBOOK_SOURCE_DIR) + "/" + document);
  REQUIRE(in.good());
  std::vector<Step> steps;
  bool inside = false;
  bool needs_orders = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("```")) {
      needs_orders = line == "```console orders";
      inside = line == "```console" || needs_orders;
    } else if (inside && line.starts_with("$ ")) {
      steps.push_back({line.substr(2), "", number, needs_orders});
    } else if (inside) {
      REQUIRE_FALSE(steps.empty());
      steps.back().expected += line + "\n";
    }
  }
  return steps;
}

/// Ids, times, hashes, names of files and sizes differ from run to run.
std::string normalised(std::string text) {
  const std::vector<std::pair<std::regex, std::string>> rules{
      {std::regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]+Z"), "TIME"},
      {std::regex(" [0-9]+\\.[0-9]{3} s\n"), " N s\n"},
      {std::regex("\\b[0-9a-f]{32}\\b"), "HASH"},
      {std::regex("log/[0-9]+\\.sst"), "log/NUMBER.sst"},
      {std::regex("\"bytesOnDisk\":[0-9]+"), "\"bytesOnDisk\":N"},
      {std::regex("closed, WAL [0-9]+"), "closed, WAL N"},
  };
  for (const auto& [pattern, replacement] : rules) text = std::regex_replace(text, pattern, replacement);
  return text;
}

/// Puts the real orders and their mapping into the directory; false where there are none.
bool link_orders(const ScratchDirectory& scratch) {
  const std::filesystem::path source(DAYBOOK_SOURCE_DIR);
  const std::filesystem::path orders = source / "../shared/data/online-retail/online-retail.csv.gz";
  if (!std::filesystem::exists(orders)) {
    MESSAGE("skipped: the sessions on the real orders; there are none beside the source tree");
    return false;
  }
  std::filesystem::create_symlink(orders, scratch / "online-retail.csv.gz");
  std::filesystem::create_symlink(source / "examples/retail/online-retail.toml", scratch / "online-retail.toml");
  return true;
}

void run_document(const std::string& document) {
  const ScratchDirectory scratch;
  int exit_code = 0;
  const std::vector<Step> steps = steps_of(document);
  CHECK(steps.size() > 5);
  const bool have_orders = link_orders(scratch);
  for (const Step& step : steps) {
    CAPTURE(step.line);
    CAPTURE(step.command);
    if (step.needs_orders && !have_orders) continue;
    if (step.command == "echo $?") {
      CHECK(step.expected == std::to_string(exit_code) + "\n");
      continue;
    }
    const CliResult result = run_shell("exec 2>&1\n" + step.command, {.directory = scratch.path()});
    exit_code = result.exit_code;
    const std::regex here(scratch.path() + "/");  // A relative log is named with its directory.
    CHECK(normalised(std::regex_replace(result.out, here, "")) == normalised(step.expected));
  }
}

}  // namespace

TEST_CASE("transcripts: docs/cli.md shows what the commands print") {
  run_document("docs/cli.md");
}
