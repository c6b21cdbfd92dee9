// `get`, `streams`, `stats` and `verify`; and that nothing which reads changes anything.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_shell;
using daybook::test::ScratchDirectory;

namespace {

/// A log with `streams` streams of one event each, and one event more in the first.
class SmallLog {
 public:
  explicit SmallLog(int streams) {
    std::string lines = R"({"events":[)";
    for (int number = 0; number < streams; ++number) {
      lines += R"({"stream":"stream-)" + std::to_string(10'000 + number) + R"(","type":"t","tags":["x"],"data":1},)";
      if (number % 1000 == 999) {  // A commit reaches at most 1,024 streams.
        lines.back() = ']';
        lines +=
            "}\n"
            R"({"events":[)";
      }
    }
    lines += R"({"stream":"stream-10000","type":"u","data":{"last":true}}]})";
    REQUIRE(run_cli({"append", "-", "--log", log()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  [[nodiscard]] CliResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--log", log()});
    return run_cli(arguments);
  }
  [[nodiscard]] std::string fingerprint() const { return daybook::test::directory_state(log()); }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("get: an event by its sequence; beyond the head it is exit 1") {
  const SmallLog log(2);
  CHECK(log.run({"get", "3", "--json"})
            .out.starts_with(R"({"sequence":3,"stream":"stream-10000","version":2,"type":"u",)"));
  const CliResult text = log.run({"get", "3"});
  CHECK(contains(text.out, "stream        stream-10000\n"));
  CHECK(contains(text.out, "data          {\"last\":true}\n"));
  for (const char* sequence : {"0", "4", "281474976710655"}) {
    const CliResult missing = log.run({"get", sequence});
    CHECK(missing.exit_code == 1);
    CHECK(missing.out.empty());
    CHECK(lines_of(missing.err).size() == 1);
  }
}

TEST_CASE("streams: all of them in byte order over many pages, with heads") {
  const SmallLog log(2'500);
  const std::vector<std::string> lines = lines_of(log.run({"streams", "--json"}).out);
  REQUIRE(lines.size() == 2'500);
  CHECK(lines[0] == R"({"stream":"stream-10000","version":2,"lastSequence":2501})");
  for (std::size_t at = 1; at < lines.size(); ++at) {
    CHECK(lines[at] == R"({"stream":"stream-)" + std::to_string(10'000 + at) + R"(","version":1,"lastSequence":)" +
                           std::to_string(at + 1) + "}");
  }
  CHECK(lines_of(log.run({"streams", "stream-1000"}).out).size() == 10);
  CHECK(lines_of(log.run({"streams"}).out).size() == 2'500);
  const CliResult none = log.run({"streams", "other"});
  CHECK(none.exit_code == 0);
  CHECK(none.out.empty());
}

TEST_CASE("stats: one JSON object with the documented names in order") {
  const SmallLog log(2);
  const std::string out = log.run({"stats", "--json"}).out;
  CHECK(lines_of(out).size() == 1);
  CHECK(out.starts_with(R"({"events":3,"head":3,"streams":2,"commits":1,"blocks":1,"bytesOnDisk":)"));
  std::size_t at = 0;
  for (const char* name : {"bytesOnDisk", "indexedThrough", "logId", "formatVersion", "recovered"}) {
    const std::size_t found = out.find(std::string("\"") + name + "\":");
    CHECK(found != std::string::npos);
    CHECK(found > at);
    at = found;
  }
  CHECK(out.ends_with("\"formatVersion\":1,\"recovered\":\"clean\"}\n"));
  CHECK(lines_of(log.run({"stats"}).out).size() == 10);
}

TEST_CASE("verify: a sound log is clean, exit 0") {
  const SmallLog log(2);
  const CliResult text = log.run({"verify"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.starts_with("clean: 3 events in 1 commits and 1 blocks"));
  CHECK(text.err.empty());
  CHECK(
      log.run({"verify", "--json"}).out.starts_with(R"({"clean":true,"blocks":1,"commits":1,"events":3,"postings":)"));
}

TEST_CASE("inspect: what reads changes no name, byte, inode or time in the directory") {
  const SmallLog log(50);
  const std::string before = log.fingerprint();
  REQUIRE(lines_of(before).size() > 5);
  const std::vector<std::vector<std::string>> commands{{"read"},
                                                       {"read", "--json", "--backward"},
                                                       {"export"},
                                                       {"export", "--skip-damaged"},
                                                       {"read", "--stream-prefix", "stream-1", "--explain"},
                                                       {"read", "--tag", "x", "--since", "2020-01-01"},
                                                       {"get", "1"},
                                                       {"get", "999"},
                                                       {"streams"},
                                                       {"stats"},
                                                       {"verify"}};
  for (const std::vector<std::string>& command : commands) {
    CAPTURE(command.front());
    static_cast<void>(log.run(command));
    CHECK(log.fingerprint() == before);
  }
}

TEST_CASE("inspect: damage is exit 3 with one line, and good events come first") {
  const SmallLog log(50);
  REQUIRE(run_cli({"append", "--log", log.log(), "--stream", "late", "--type", "t", "--data", "\"MARKER-FOR-DAMAGE\""})
              .exit_code == 0);
  // The event's bytes lie in a WAL or table file, in clear or not; the last byte that holds something is flipped.
  std::string victim;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(log.log())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::size_t found = bytes.find("MARKER-FOR-DAMAGE");
    if (found == std::string::npos) continue;
    bytes[found] = static_cast<char>(bytes[found] ^ 1);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    victim = entry.path().string();
  }
  REQUIRE_FALSE(victim.empty());
  const CliResult verify = log.run({"verify"});
  CHECK(verify.exit_code == 3);
  const CliResult read = log.run({"read", "--json"});
  CHECK(read.exit_code == 3);
  CHECK(lines_of(read.err).size() == 1);
  CHECK_FALSE(contains(read.out, "LARKER"));
  for (const std::string& line : lines_of(read.out)) CHECK(contains(line, "\"stream\":\"stream-1"));
}
