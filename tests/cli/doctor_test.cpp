// `doctor`: the page, what it asks of a person, and that it only looks.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

CliResult doctor(const std::string& log, bool json = false) {
  return json ? run_cli({"doctor", "--log", log, "--json"}) : run_cli({"doctor", "--log", log});
}

void generate(const std::string& log) {
  REQUIRE(run_cli({"generate", "retail", "--orders", "3", "--seed", "7", "--log", log}).exit_code == 0);
}

}  // namespace

TEST_CASE("doctor: a log that is well is exit 0, with a fact a line") {
  const ScratchDirectory scratch;
  generate(scratch / "log");
  const CliResult text = doctor(scratch / "log");
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  for (const char* fact : {"format ", "log id ", "head ", "HEAD ", "recovered ", "writer ", "index ", "projection ",
                           "disk free ", "storage ", "stalls "}) {
    CAPTURE(fact);
    CHECK(contains("\n" + text.out, std::string("\n") + fact));
  }
  CHECK(text.out.ends_with("well: nothing to do\n"));
  const CliResult json = doctor(scratch / "log", true);
  CHECK(json.exit_code == 0);
  CHECK(json.out.starts_with("{\"well\":true,\"formatVersion\":1,\"logId\":\""));
  CHECK(contains(json.out, "\"headWords\":{\"durable\":12,"));
  CHECK(json.out.ends_with("\"toDo\":[]}\n"));
}

TEST_CASE("doctor: beside a writer it names it, and neither makes the other wait") {
  const ScratchDirectory scratch;
  CliProcess writer({"append", "-", "--log", scratch / "log"});
  writer.send("{\"stream\":\"s\",\"type\":\"t\",\"data\":1}\n");
  REQUIRE(writer.read_line().has_value());
  const CliResult text = doctor(scratch / "log");
  CHECK(text.exit_code == 0);
  CHECK(contains(text.out, "writer      pid "));
  CHECK(contains(text.out, "append - --log"));
  CHECK(contains(text.out, "not closed"));
  writer.send("{\"stream\":\"s\",\"type\":\"t\",\"data\":1}\n");
  REQUIRE(writer.read_line().has_value());
  writer.close_input();
  CHECK(writer.wait() == 0);
}

TEST_CASE("doctor: what a person should do is a line each, exit 1, also for a log that cannot be opened") {
  const ScratchDirectory scratch;
  const std::filesystem::path log = scratch / "log";
  generate(log.string());
  REQUIRE(std::filesystem::create_directory(log / "lost"));
  REQUIRE(std::filesystem::remove(log / "HEAD"));
  const CliResult headless = doctor(log.string());
  CHECK(headless.exit_code == 1);
  CHECK(contains(headless.out, "HEAD        missing or damaged"));
  CHECK(contains(headless.out, "to do  "));
  CHECK(contains(headless.out, "daybook repair --dry-run"));
  REQUIRE(std::filesystem::remove(log / "log/CURRENT"));
  const CliResult unopened = doctor(log.string(), true);
  CHECK(unopened.exit_code == 1);
  CHECK(unopened.out.starts_with("{\"well\":false,"));
  REQUIRE(run_cli({"repair", "--yes", "--log", log.string()}).exit_code == 0);
  const CliResult repaired = doctor(log.string());
  CHECK(repaired.exit_code == 1);
  CHECK(contains(repaired.out, "lost        log-1, "));
  CHECK(contains(repaired.out, "to do  lost/ holds"));
  std::filesystem::rename(log / "lost", scratch / "kept");
  CHECK(doctor(log.string()).exit_code == 0);
}

TEST_CASE("doctor: a projection that stands still is to be run") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  generate(log);
  REQUIRE(run_cli({"append", "--log", log, "--stream", "order-x", "--type", "OrderPlaced", "--data", "1"}).exit_code ==
          0);
  static_cast<void>(run_cli({"projection", "run", "inventory", "--log", log}));
  const CliResult text = doctor(log);
  CHECK(text.exit_code == 1);
  CHECK(contains(text.out, "to do  projection inventory: stopped at sequence 13"));
}

TEST_CASE("doctor: it changes no name, byte, inode or time; no log there is exit 3") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  generate(log);
  const std::string look = "cd '" + log + "' && find . -printf '%p %i %s %T@ %C@ %m\\n' | sort";
  const std::string before = run_shell(look).out;
  CHECK(doctor(log).exit_code == 0);
  CHECK(run_shell(look).out == before);
  CHECK(doctor(scratch / "missing").exit_code == 3);
  CHECK(run_cli({"doctor"}).exit_code == 2);
}
