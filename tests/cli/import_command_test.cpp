// The command itself, as a user runs it: exit codes, what it prints, and a process that is killed.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/log.h"
#include "tests/cli/import_rows.h"
#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::run_cli;
using daybook::test::ScratchDirectory;

namespace {

const std::string kMapping =
    daybook::test::csv_mapping("group = [\"id\"]\nlines.v = { column = \"v\", type = \"integer\" }");

/// A directory with a mapping in it, and an import command that uses it.
class Shop {
 public:
  Shop() { write("m.toml", kMapping); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(scratch_ / name, std::ios::binary) << text;
    return scratch_ / name;
  }
  std::string path(const std::string& name) const { return scratch_ / name; }
  CliResult import(const std::string& file, const std::vector<std::string>& more = {},
                   const std::string& input = {}) const {
    std::vector<std::string> arguments = {"--log", scratch_ / "log", "import", file, "--mapping", scratch_ / "m.toml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(arguments, {.input = input});
  }
  bool has_log() const { return std::filesystem::exists(scratch_ / "log"); }
  std::vector<daybook::Event> events() const {
    std::vector<daybook::Event> out;
    auto log = daybook::Log::open(scratch_ / "log", {.mode = daybook::Mode::read_only});
    REQUIRE(log);
    auto cursor = (*log)->read();
    REQUIRE(cursor);
    while (true) {
      auto batch = cursor->next();
      REQUIRE(batch);
      if (!*batch) return out;
      for (const daybook::EventView event : **batch) out.push_back(event.to_event());
    }
  }

 private:
  ScratchDirectory scratch_;
};

/// Starts an import of standard input, gives it the first `bytes` of `input`, and kills it.
void kill_after(const Shop& shop, const std::string& input, std::size_t bytes) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(ends[0], STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    const std::string log = shop.path("log");
    const std::string mapping = shop.path("m.toml");
    execl(DAYBOOK_BINARY, DAYBOOK_BINARY, "--log", log.c_str(), "import", "-", "--mapping", mapping.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t written = write(ends[1], input.data() + done, bytes - done);
    REQUIRE(written > 0);
    done += static_cast<std::size_t>(written);
  }
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  close(ends[1]);
}

std::string rows(int count) {
  std::string input = "id,v\n";
  for (int i = 0; i < count; ++i) input += std::to_string(i / 3) + "," + std::to_string(i) + "\n";
  return input;
}

}  // namespace

TEST_CASE("import command: imports, and a second run says that all is there already") {
  Shop shop;
  const std::string file = shop.write("rows.csv", rows(9));
  const CliResult first = shop.import(file);
  CHECK(first.err == "");
  CHECK(first.exit_code == 0);
  CHECK(first.out.starts_with("9 rows, 3 events appended, 0 events already there, 0 rows skipped, 0 bad rows, "));
  CHECK(first.out.find("\nT  3\n") != std::string::npos);
  const CliResult second = shop.import(file, {"--json"});
  CHECK(second.exit_code == 0);
  CHECK(second.out.starts_with(
      R"({"rows":9,"eventsAppended":0,"eventsRepeated":3,"rowsSkipped":0,"rowsBad":0,"seconds":)"));
  CHECK(second.out.ends_with(",\"eventsByType\":{},\"badRows\":[]}\n"));
  CHECK(shop.import("-", {"--durability", "buffered"}, rows(12)).out.find("1 event appended, 3 events already there") !=
        std::string::npos);
  CHECK(shop.events().size() == 4);
}

TEST_CASE("import command: a mistake in mapping or columns is exit 2 and leaves no log behind") {
  Shop shop;
  const CliResult column = shop.import(shop.write("rows.csv", "id,w\n1,2\n"));
  CHECK(column.exit_code == 2);
  CHECK(column.err.find("m.toml:7:22: column \"v\" is not in ") != std::string::npos);
  shop.write("m.toml", kMapping + "colour = 1\n");
  const CliResult key = shop.import(shop.write("rows.csv", rows(3)));
  CHECK(key.exit_code == 2);
  CHECK(key.err.find("m.toml:8:1: \"colour\" is no key of [[event]]") != std::string::npos);
  std::filesystem::remove(shop.path("m.toml"));
  CHECK(shop.import(shop.path("rows.csv")).exit_code == 2);
  CHECK(run_cli({"--log", shop.path("log"), "import", shop.path("rows.csv")}).exit_code == 1);
  CHECK(!shop.has_log());
}

TEST_CASE("import command: an input that is not there or damaged is exit 3") {
  Shop shop;
  const CliResult missing = shop.import(shop.path("none.csv"));
  CHECK(missing.exit_code == 3);
  CHECK(missing.err.find("none.csv: cannot be opened") != std::string::npos);
  CHECK(!shop.has_log());
  const CliResult damaged = shop.import(shop.write("rows.gz", std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10)));
  CHECK(damaged.exit_code == 3);
  CHECK(damaged.err.find("the gzip data is cut off after 0 unpacked bytes") != std::string::npos);
}

TEST_CASE("import command: a bad row is exit 1 with file, line, column, row and reason") {
  Shop shop;
  const std::string file = shop.write("rows.csv", "id,v\n1,1\n2,2\n2,x\n3,3\n");
  const CliResult stopped = shop.import(file);
  CHECK(stopped.exit_code == 1);
  CHECK(stopped.err.starts_with("daybook: " + file + ":4:3 (row 3): \"v\" is \"x\", not an integer of 64 bits\n"));
  CHECK(shop.events().size() == 1);
  const CliResult skipped = shop.import(file, {"--skip-bad", "--json"});
  CHECK(skipped.exit_code == 0);
  CHECK(skipped.out.find(
            R"("badRows":[{"row":3,"line":4,"column":3,"reason":"\"v\" is \"x\", not an integer of 64 bits"}])") !=
        std::string::npos);
  CHECK(skipped.out.find(R"("eventsAppended":2,"eventsRepeated":1,)") != std::string::npos);
  CHECK(skipped.err.find(":4:3 (row 3): ") != std::string::npos);
}

TEST_CASE("import command: a changed mapping is exit 1") {
  Shop shop;
  const std::string file = shop.write("rows.csv", rows(9));
  CHECK(shop.import(file).exit_code == 0);
  shop.write("m.toml", kMapping + "data.more = 1\n");
  const CliResult changed = shop.import(file);
  CHECK(changed.exit_code == 1);
  CHECK(changed.err.find("the mapping has changed since they were imported") != std::string::npos);
}

TEST_CASE("import command: killed six times at random moments, a rerun ends in the same events") {
  const auto seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937_64 random(seed);
  const std::string input = rows(90'000);
  Shop whole;
  CHECK(whole.import("-", {}, input).exit_code == 0);
  Shop killed;
  for (int round = 0; round < 6; ++round) {
    kill_after(killed, input, std::uniform_int_distribution<std::size_t>(1, input.size())(random));
  }
  CHECK(killed.import("-", {}, input).exit_code == 0);
  const auto expected = whole.events();
  const auto events = killed.events();
  REQUIRE(expected.size() == 30'000);
  REQUIRE(events.size() == expected.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(events[i].id == expected[i].id);
    REQUIRE(events[i].stream == expected[i].stream);
    REQUIRE(events[i].data == expected[i].data);
  }
}
