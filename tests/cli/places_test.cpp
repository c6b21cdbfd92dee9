// Where nobody may write: every command that reads works on a read-only file system, and in a directory of somebody
// else's. What the system does not allow a test to set up is skipped, and said.
#include <sched.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

const std::vector<std::string> kReading{"read --json",
                                        "read --type OrderPlaced",
                                        "get 1",
                                        "streams",
                                        "stats",
                                        "verify",
                                        "verify --quick",
                                        "doctor",
                                        "projection list",
                                        "repair --dry-run",
                                        "projection query inventory"};

const std::string kDaybook = DAYBOOK_BINARY;

/// A log with a projection.
std::string make_log(const ScratchDirectory& scratch) {
  const std::string log = scratch / "log";
  REQUIRE(run_cli({"generate", "retail", "--orders", "5", "--seed", "7", "--log", log}).exit_code == 0);
  REQUIRE(run_cli({"projection", "run", "inventory", "--log", log}).exit_code == 0);
  return log;
}

/// Runs each command in `shell`, a command line in which `@` stands for it; all must give what they give anywhere.
void read_everything(const std::string& log, const std::string& shell) {
  const std::string look = "find '" + log + "' -printf '%p %i %s %T@ %C@ %m\\n' | sort";
  const std::string before = run_shell(look).out;
  for (const std::string& command : kReading) {
    CAPTURE(command);
    std::string line = shell;
    const CliResult anywhere = run_shell(kDaybook + " " + command + " --log '" + log + "'");
    const CliResult there =
        run_shell(line.replace(line.find('@'), 1, kDaybook + " " + command + " --log '" + log + "'"));
    CHECK(there.exit_code == 0);
    CHECK(there.err.empty());
    // Free space and ages of events move on.
    if (command != "doctor" && command != "projection list") CHECK(there.out == anywhere.out);
  }
  CHECK(run_shell(look).out == before);
}

}  // namespace

TEST_CASE("places: on a read-only file system everything can be read") {
  const ScratchDirectory scratch;
  const std::string log = make_log(scratch);
  const std::string mount = "mount --bind '" + log + "' '" + log + "' && mount -o remount,bind,ro '" + log + "'";
  const std::string inside =
      "unshare -m sh -c \"" + mount + " && touch '" + log + "/x' 2>/dev/null && exit 7; exit 0\"";
  if (::geteuid() != 0 || run_shell(inside).exit_code != 0) {
    MESSAGE("skipped: mounting read-only is not allowed here");
    return;
  }
  read_everything(log, "unshare -m sh -c \"" + mount + " && @\"");
}

TEST_CASE("places: another user's directory that may only be read can be read, and a writer is told that it may not") {
  const ScratchDirectory scratch;
  const std::string log = make_log(scratch);
  const std::string nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
  REQUIRE(run_shell("chmod 755 '" + scratch.path() + "' && chmod -R a+rX,go-w '" + log + "'").exit_code == 0);
  if (::geteuid() != 0 || run_shell(nobody + kDaybook + " --version").exit_code != 0 ||
      run_shell(nobody + "ls '" + log + "'").exit_code != 0) {
    MESSAGE("skipped: becoming another user, or running the binary as one, is not possible here");
    return;
  }
  read_everything(log, nobody + "@");
  const CliResult writer = run_shell(nobody + kDaybook + " append --stream s --type t --data 1 --log '" + log + "'");
  CHECK(writer.exit_code == 3);
  CHECK(writer.err.find("LOCK") != std::string::npos);
  const CliResult repair = run_shell(nobody + kDaybook + " repair --yes --log '" + log + "'");
  CHECK(repair.exit_code == 3);
}
