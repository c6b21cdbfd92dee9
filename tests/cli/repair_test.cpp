// `repair` as a person or a script meets it: what it says, when it asks, its exit codes. What it can mend is proven by
// tests/crash/repair_test.cpp.
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_process.h"
#include "tests/support/cli_run.h"
#include "tests/support/cli_terminal.h"

using daybook::test::CliProcess;
using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_on_terminal;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

/// A shop of 12 events in some commits, and a projection that has folded all of them.
class Shop {
 public:
  Shop() {
    REQUIRE(run({"generate", "retail", "--orders", "3", "--seed", "7"}).exit_code == 0);
    REQUIRE(run({"append", "--stream", "late", "--type", "t", "--data", "1"}).exit_code == 0);
    REQUIRE(run({"projection", "run", "inventory"}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return std::filesystem::path(log()) / name;
  }
  [[nodiscard]] CliResult run(std::vector<std::string> arguments, const std::string& input = {}) const {
    arguments.insert(arguments.end(), {"--log", log()});
    return run_cli(arguments, {.input = input});
  }
  /// Name, inode, size, time and content of everything in the directory.
  [[nodiscard]] std::string fingerprint() const {
    return run_shell("cd '" + log() +
                     "' && find . -printf '%p %i %s %T@ %C@ %m\\n' | sort && find . -type f | sort | xargs sha256sum")
        .out;
  }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("repair: without a terminal and without --yes it changes nothing, exit 2, and says what to give") {
  const Shop shop;
  REQUIRE(std::filesystem::remove(shop / "HEAD"));
  const std::string before = shop.fingerprint();
  const CliResult result = shop.run({"repair"}, "y\n");
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(contains(result.err, "--yes"));
  CHECK(shop.fingerprint() == before);
}

TEST_CASE("repair: --dry-run says what is wrong and what would be done, exit 3, and changes no byte") {
  const Shop shop;
  const CliResult sound = shop.run({"repair", "--dry-run"});
  CHECK(sound.exit_code == 0);
  CHECK(sound.out == "nothing to repair: the log's head is 13\n");
  REQUIRE(std::filesystem::remove(shop / "HEAD"));
  const std::string before = shop.fingerprint();
  const CliResult text = shop.run({"repair", "--dry-run"});
  CHECK(text.exit_code == 3);
  CHECK(text.out == "damage  HEAD: it is missing\nstep    write HEAD again, with the log's end at event 13\n");
  const CliResult json = shop.run({"repair", "--dry-run", "--json"});
  CHECK(json.exit_code == 3);
  CHECK(json.out ==
        "{\"sequence\":0,\"file\":\"HEAD\",\"part\":\"end\",\"message\":\"it is missing\"}\n"
        "{\"step\":\"write HEAD again, with the log's end at event 13\"}\n"
        "{\"repaired\":false,\"damage\":1,\"steps\":1,\"head\":13}\n");
  CHECK(shop.fingerprint() == before);
}

TEST_CASE("repair: on a terminal it asks, and anything but yes leaves the log as it is") {
  const Shop shop;
  REQUIRE(std::filesystem::remove(shop / "HEAD"));
  const std::string before = shop.fingerprint();
  const std::string no = run_on_terminal({"repair", "--log", shop.log()}, {.input = "n\n"});
  CHECK(contains(no, "do this? [y/N]"));
  CHECK(contains(no, "nothing was done"));
  CHECK_FALSE(std::filesystem::exists(shop / "HEAD"));
  const std::string yes = run_on_terminal({"repair", "--log", shop.log()}, {.input = "y\n"});
  CHECK(contains(yes, "repaired: the log's head is 13"));
  CHECK(shop.run({"verify"}).exit_code == 0);
}

TEST_CASE("repair: a cut sets projections aside that have folded what is cut, and says so before and after") {
  const Shop shop;
  const CliResult plan = shop.run({"repair", "--truncate-after", "12", "--dry-run"});
  CHECK(contains(plan.out, "loss    events 13 through 13 are cut"));
  CHECK(contains(plan.out, "the projection inventory to lost/"));
  const CliResult done = shop.run({"repair", "--truncate-after", "12", "--yes"});
  CHECK(done.exit_code == 0);
  CHECK(contains(done.out, "repaired: the log's head is 12\n"));
  CHECK(contains(done.err, "projection run inventory makes it again"));
  CHECK(std::filesystem::exists(shop / "lost/projection-inventory-1"));
  CHECK(std::filesystem::exists(shop / "lost/log-1"));
  CHECK(shop.run({"verify"}).exit_code == 0);
  CHECK(contains(shop.run({"stats", "--json"}).out, "\"head\":12"));
  CHECK(contains(shop.run({"stats", "--json"}).out, "\"recovered\":\"cut\""));
  CHECK(contains(shop.run({"projection", "run", "inventory"}).out, "folded through sequence 12"));
  CHECK(contains(shop.run({"append", "--stream", "late", "--type", "t", "--data", "2"}).out, "appended event 13"));
}

TEST_CASE("repair: a cut inside a block or beyond the end is exit 2 with the ends that there are") {
  const Shop shop;
  const std::string two = R"({"stream":"s","events":[{"type":"t","data":1},{"type":"t","data":2}]})";
  REQUIRE(shop.run({"append", "-"}, two).exit_code == 0);
  const CliResult beyond = shop.run({"repair", "--truncate-after", "16", "--yes"});
  CHECK(beyond.exit_code == 2);
  CHECK(contains(beyond.err, "at most 15 events can be kept"));
  const CliResult inside = shop.run({"repair", "--truncate-after", "14", "--yes"});
  CHECK(inside.exit_code == 2);
  CHECK(contains(inside.err, "blocks end at 13 and 15"));
  CHECK(shop.run({"repair", "--truncate-after", "ten", "--yes"}).exit_code == 2);
  CHECK(contains(shop.run({"stats", "--json"}).out, "\"head\":15"));
}

TEST_CASE("repair: where events would be lost it does nothing, exit 3, and names the cut that keeps the most") {
  const Shop shop;
  for (const auto& entry : std::filesystem::directory_iterator(shop / "log")) {
    if (entry.path().extension() == ".sst") std::filesystem::remove(entry.path());
  }
  const std::string before = shop.fingerprint();
  const CliResult plan = shop.run({"repair", "--dry-run", "--json"});
  CHECK(plan.exit_code == 3);
  CHECK(contains(plan.out, "\"loss\":\"events 1 through 13 are lost"));
  CHECK(contains(plan.out, "\"truncateAfter\":0"));
  CHECK(shop.fingerprint() == before);
  const CliResult refused = shop.run({"repair", "--yes"});
  CHECK(refused.exit_code == 3);
  CHECK(contains(refused.err, "daybook repair --truncate-after 0 keeps the most"));
  const CliResult done = shop.run({"repair", "--truncate-after", "0", "--yes"});
  CHECK(done.exit_code == 0);
  CHECK(shop.run({"verify"}).exit_code == 0);
}

TEST_CASE("repair: beside a writer it is exit 3 with the writer's pid, command and start") {
  const Shop shop;
  CliProcess writer({"append", "-", "--log", shop.log()});
  writer.send("{\"stream\":\"s\",\"type\":\"t\",\"data\":1}\n");
  REQUIRE(writer.read_line().has_value());
  for (const char* how : {"--yes", "--dry-run"}) {
    const CliResult result = shop.run({"repair", how});
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, "another writer holds the log: pid "));
    CHECK(contains(result.err, "append - --log"));
    CHECK(contains(result.err, "since 20"));
  }
  const CliResult second = shop.run({"append", "--stream", "s", "--type", "t", "--data", "1"});
  CHECK(second.exit_code == 3);
  CHECK(contains(second.err, "another writer holds the log: pid "));
  writer.close_input();
  CHECK(writer.wait() == 0);
}

TEST_CASE("repair: no log there is exit 3, none named exit 2, and nothing is made") {
  const ScratchDirectory scratch;
  for (const std::string& log : {scratch.path(), scratch / "missing"}) {
    const CliResult result = run_cli({"repair", "--yes", "--log", log});
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, "there is no log in"));
  }
  CHECK(run_cli({"repair", "--yes"}).exit_code == 2);
  CHECK(std::filesystem::is_empty(scratch.path()));
}

TEST_CASE("verify: a projection of another history, or with damaged state, is damage, and repair sets it aside") {
  const Shop shop;
  const Shop other;
  std::filesystem::remove_all(shop / "projections/inventory");
  std::filesystem::copy(other / "projections/inventory", shop / "projections/inventory",
                        std::filesystem::copy_options::recursive);
  const CliResult verify = shop.run({"verify", "--json"});
  CHECK(verify.exit_code == 3);
  CHECK(contains(verify.out, "\"file\":\"projections/inventory\",\"part\":\"projection\""));
  CHECK(shop.run({"verify", "--quick"}).exit_code == 0);
  CHECK(shop.run({"repair", "--yes"}).exit_code == 0);
  CHECK(shop.run({"verify"}).exit_code == 0);
  CHECK(std::filesystem::exists(shop / "lost/projection-inventory-1"));
}
