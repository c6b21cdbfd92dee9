// Interrupts and closed pipes: lines are complete, exit codes are the documented ones.
#include <csignal>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

constexpr int kEvents = 20'000;

/// A log whose events are far more than pipes and buffers hold.
class LargeLog {
 public:
  LargeLog() {
    std::string lines;
    for (int commit = 0; commit < kEvents / 1000; ++commit) {
      lines += R"({"stream":"s","events":[)";
      for (int event = 0; event < 1000; ++event) {
        lines += R"({"type":"t","data":")" + std::string(100, 'x') + (event == 999 ? "\"}" : "\"},");
      }
      lines += "]}\n";
    }
    REQUIRE(run_cli({"append", "-", "--log", log(), "--durability", "buffered"}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("signals: SIGINT ends a read with complete lines and exit 130") {
  const LargeLog log;
  for (const char* json : {"--json", "--json=false"}) {
    CAPTURE(json);
    CliProcess process({"read", "--log", log.log(), json});
    REQUIRE(process.read_line().has_value());  // From here on it waits for us, its pipe full.
    process.signal(SIGINT);
    const std::string rest = process.read_rest();
    CHECK(process.wait() == 130);
    CHECK(rest.ends_with('\n'));
    CHECK(lines_of(rest).size() < kEvents - 1);
  }
}

TEST_CASE("signals: SIGINT wakes an append that waits for input; what was acknowledged stays") {
  const ScratchDirectory scratch;
  CliProcess process({"append", "-", "--log", scratch / "log"});
  process.send(R"({"stream":"s","type":"t","data":1})"
               "\n"
               R"({"stream":"s","type":"t","da)");
  REQUIRE(process.read_line().has_value());
  process.signal(SIGINT);
  CHECK(process.wait() == 130);
  CHECK(lines_of(run_cli({"read", "--log", scratch / "log"}).out).size() == 1);
  CHECK(run_cli({"stats", "--json", "--log", scratch / "log"}).out.ends_with("\"recovered\":\"clean\"}\n"));
}

TEST_CASE("signals: SIGTERM ends in order too, as 143") {
  const ScratchDirectory scratch;
  CliProcess process({"append", "-", "--log", scratch / "log"});
  process.send(R"({"stream":"s","type":"t","data":1})"
               "\n");
  REQUIRE(process.read_line().has_value());
  process.signal(SIGTERM);
  CHECK(process.wait() == 143);
}

TEST_CASE("signals: a reader that has seen enough is exit 0, quietly") {
  const LargeLog log;
  for (const char* command : {"read", "read --json"}) {
    const CliResult result =
        run_shell(std::string("set -o pipefail; daybook ") + command + " --log '" + log.log() + "' | head -1");
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(lines_of(result.out).size() == 1);
  }
  const CliResult help = run_shell("set -o pipefail; daybook --help | true");
  CHECK(help.exit_code == 0);
}

TEST_CASE("signals: a full disk behind standard output is exit 3") {
  const LargeLog log;
  const CliResult result = run_shell("daybook read --json --log '" + log.log() + "' > /dev/full");
  CHECK(result.exit_code == 3);
  CHECK(lines_of(result.err).size() == 1);
}
