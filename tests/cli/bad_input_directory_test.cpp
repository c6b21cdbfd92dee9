// Bad places: directories that are no log, logs of another format, no permission, a full disk.
#include <unistd.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/bad_input.h"

using daybook::test::BadCase;
using daybook::test::BadPlace;
using daybook::test::check_bad_input;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;

TEST_CASE("bad input: directories that are no log, in every command that reads") {
  std::vector<BadCase> cases;
  for (const std::string command :
       {"read", "read --json", "get 1", "streams", "stats", "verify", "export", "export --skip-damaged",
        "projection list", "projection run analytics", "projection query analytics"}) {
    cases.push_back({"daybook " + command, 2, "give --log DIR or set DAYBOOK_LOG"});
    for (const std::string directory : {"none", "empty", "foreign", "none/below"}) {
      cases.push_back({"daybook --log " + directory + " " + command, 3, "there is no log in "});
    }
    cases.push_back({"daybook --log file " + command, 3, "file"});
    cases.push_back({"daybook --log file/below " + command, 3, "file"});
    cases.push_back({"daybook --log $'a\\x1b[2Jb' " + command, 3, "\\u001b[2J"});
    // A projection's rows are its own store's; the log beside them is not asked.
    if (command.starts_with("projection query")) continue;
    cases.push_back({"daybook --log newer " + command, 3, "newer"});
    // verify names what is damaged in its report, and says on standard error only that something is.
    const bool verifies = command == "verify";
    cases.push_back({"daybook --log garbled " + command, 3, verifies ? "damaged" : "FORMAT"});
    cases.push_back({"daybook --log formatless " + command, 3, verifies ? "damaged" : "FORMAT"});
    if (command != "projection run analytics") {
      cases.push_back({"daybook --log headless " + command, 3, verifies ? "damaged" : "HEAD"});
    }
    const bool skips = command == "export --skip-damaged";
    const std::string named = verifies ? "damaged" : skips ? "could not be read" : "log/";
    cases.push_back({"daybook --log tableless " + command, 3, named, 3});
  }
  check_bad_input(BadPlace(), cases);
}

TEST_CASE("bad input: directories that are no log, in every command that writes") {
  std::vector<BadCase> cases;
  for (const std::string command : {"append --stream s --type t --data 1", "append - < lines", "import lines",
                                    "import rows.csv --mapping m.toml", "generate retail --orders 1"}) {
    cases.push_back({"daybook " + command, 2, "give --log DIR or set DAYBOOK_LOG"});
    cases.push_back({"daybook --log foreign " + command, 3, "notes.txt", 2});
    cases.push_back({"daybook --log file " + command, 3, "file", 2});
    cases.push_back({"daybook --log file/below " + command, 3, "file", 2});
    cases.push_back({"daybook --log newer " + command, 3, "newer", 2});
    cases.push_back({"daybook --log garbled " + command, 3, "FORMAT", 2});
    cases.push_back({"daybook --log formatless " + command, 3, "FORMAT", 2});
  }
  BadPlace place;
  place.write("lines", R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","stream":"s","type":"t","data":1})"
                       "\n");
  check_bad_input(place, cases);
}

TEST_CASE("bad input: no permission is exit 3 and says what may not be done") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can become nobody");
    return;
  }
  BadPlace place;
  place.shell(
      "chmod -R a+rX . && cp -r log closed && chmod 700 closed && cp -r log sealed && chmod 000 sealed/log sealed/HEAD "
      "&& cp rows.csv locked.csv && chmod 000 locked.csv && chmod a+rwx log/..");
  const std::string nobody = "nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"; }; ";
  if (place.shell(nobody + "nobody " DAYBOOK_BINARY " --version").exit_code != 0) {
    MESSAGE("skipped: nobody may not run the binary, or there is no setpriv");
    return;
  }
  std::vector<BadCase> cases;
  for (const std::string command :
       {"read", "get 1", "stats", "verify", "export", "export --skip-damaged", "projection list",
        "append --stream s --type t --data 1", "generate retail --orders 1"}) {
    for (const std::string directory : {"closed", "sealed"}) {
      cases.push_back({nobody + "nobody " DAYBOOK_BINARY " --log " + directory + " " + command, 3, "ermission denied"});
    }
  }
  cases.push_back(
      {nobody + "nobody " DAYBOOK_BINARY " --log log append --stream s --type t --data 1", 3, "ermission denied"});
  cases.push_back(
      {nobody + "nobody " DAYBOOK_BINARY " --log log import rows.csv --mapping m.toml", 3, "ermission denied"});
  cases.push_back({nobody + "nobody " DAYBOOK_BINARY " --log closed/new append --stream s --type t --data 1", 3,
                   "ermission denied"});
  cases.push_back({nobody + "nobody " DAYBOOK_BINARY " --log other import locked.csv --mapping m.toml", 3,
                   "locked.csv: cannot be opened: Permission denied"});
  check_bad_input(place, cases);
}

TEST_CASE("bad input: on a full disk an append is refused, certainly, and the log is as sound as before") {
  BadPlace place;
  const CliResult result = place.shell(
      "unshare -m bash -c '\n"
      "mkdir small && mount -t tmpfs -o size=8m tmpfs small || exit 99\n"
      "cp -r log small/log && B=" DAYBOOK_BINARY
      "\n"
      "$B export --log small/log > before\n"
      "head -c 100m /dev/zero > small/fill 2>/dev/null\n"
      "$B --log small/log append --stream s --type t --data 1; echo \"exit $?\"\n"
      "$B --log small/log import rows.csv --mapping m.toml; echo \"exit $?\"\n"
      "$B --log small/new append --stream s --type t --data 1; echo \"exit $?\"\n"
      "rm small/fill; $B export --log small/log > after && cmp before after && $B verify --log small/log; echo \"exit "
      "$?\"\n"
      "umount small'");
  if (result.exit_code == 99 || contains(result.err, "unshare")) {
    MESSAGE("skipped: a file system cannot be mounted here");
    return;
  }
  CAPTURE(result.out);
  CAPTURE(result.err);
  CHECK(result.out.starts_with("exit 3\nexit 3\nexit 3\n"));
  CHECK(result.out.ends_with("exit 0\n"));
  for (const std::string& line : lines_of(result.err)) {
    CHECK(line.starts_with("daybook: "));
    CHECK_FALSE(contains(line, "may have been"));
  }
  CHECK(lines_of(result.err).size() >= 3);
}
