// `append`: its flags, its JSON lines, and what it does at the first refusal.
#include <fstream>
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

const std::string kKey = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A scratch log and the words to append and read there.
class LogFixture {
 public:
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }

  [[nodiscard]] CliResult append(std::vector<std::string> flags, const std::string& input = "") const {
    flags.insert(flags.begin(), {"append", "--log", log(), "--durability", "buffered"});
    return run_cli(flags, {.input = input});
  }
  [[nodiscard]] CliResult append_event(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"--json", "--stream", "s", "--type", "t", "--data", "{}"});
    return append(flags);
  }
  [[nodiscard]] std::string stored() const { return run_cli({"read", "--json", "--log", log()}).out; }
  /// The `data` of the last event, with what follows it.
  [[nodiscard]] std::string last_data() const {
    const std::string line = run_cli({"read", "--json", "--log", log(), "--backward", "--limit", "1"}).out;
    return line.substr(line.find(",\"data") + 1);
  }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("append: an event with every flag is stored as given") {
  const LogFixture fixture;
  const CliResult result =
      fixture.append({"--json", "--stream", "order-1", "--type", "OrderPlaced", "--data", R"({"n":1.50})", "--tag", "b",
                      "--tag", "a", "--expect", "0", "--key", kKey, "--correlation", kKey, "--causation", kKey});
  CHECK(result.exit_code == 0);
  CHECK(result.out == R"({"firstSequence":1,"lastSequence":1,"versions":{"order-1":1},"repeated":false})"
                      "\n");
  const std::string line = fixture.stored();
  CHECK(line.starts_with(R"({"sequence":1,"stream":"order-1","version":1,"type":"OrderPlaced","id":")"));
  CHECK(contains(
      line, R"(,"tags":["b","a"],"contentType":"application/json","data":{"n":1.50},"metadata":{"correlationId":")" +
                kKey + R"(","causationId":")" + kKey + "\"}}\n"));
  CHECK_FALSE(contains(line, "occurredAt"));
}

TEST_CASE("append: for a person it says what happened") {
  const LogFixture fixture;
  const std::vector<std::string> flags{"--stream", "s", "--type", "t", "--data", "1", "--key", kKey};
  CHECK(fixture.append(flags).out == "appended event 1: s is at version 1\n");
  CHECK(fixture.append(flags).out == "was appended before: event 1: s is at version 1\n");
}

TEST_CASE("append: a conflict is exit 1 and appends nothing") {
  const LogFixture fixture;
  CHECK(fixture.append_event({"--expect", "0"}).exit_code == 0);
  const CliResult version = fixture.append_event({"--expect", "0"});
  CHECK(version.exit_code == 1);
  CHECK(version.out.empty());
  CHECK(contains(version.err, "not appended"));
  CHECK(fixture.append_event({"--fail-if-match", R"([{"types":["t"]}])"}).exit_code == 1);
  CHECK(fixture.append_event({"--fail-if-match", R"([{"types":["t"]}])", "--after", "1"}).exit_code == 0);
  CHECK(fixture.append_event({"--key", kKey}).exit_code == 0);
  CHECK(fixture.append_event({"--key", kKey, "--tag", "other"}).exit_code == 1);
  const CliResult again = fixture.append_event({"--key", kKey, "--expect", "0"});  // A repeat: conditions unchecked.
  CHECK(again.out == R"({"firstSequence":3,"lastSequence":3,"versions":{"s":3},"repeated":true})"
                     "\n");
  CHECK(lines_of(fixture.stored()).size() == 3);
}

TEST_CASE("append: --data takes JSON, a file or standard input, without the blanks around it") {
  const LogFixture fixture;
  std::ofstream(fixture.path("data.json")) << " {\"file\": 1.0}\n";
  CHECK(fixture.append({"--stream", "s", "--type", "t", "--data", "@" + fixture.path("data.json")}).exit_code == 0);
  CHECK(fixture.last_data().starts_with(R"("data":{"file": 1.0},)"));
  CHECK(fixture.append({"--stream", "s", "--type", "t", "--data", "-"}, "[1,\t2]\n").exit_code == 0);
  CHECK(fixture.last_data().starts_with("\"data\":[1,\t2],"));
  CHECK(fixture.append({"--stream", "s", "--type", "t", "--data", "-5"}).exit_code == 0);
  CHECK(fixture.last_data().starts_with("\"data\":-5,"));
  CHECK(fixture.append({"--stream", "s", "--type", "t", "--data", "[1,\n2]"}).exit_code == 0);
  CHECK(fixture.last_data().starts_with(R"("dataBase64":"WzEsCjJd",)"));
}

TEST_CASE("append: a wrong or too large flag is exit 2, a file that is not there exit 3") {
  const LogFixture fixture;
  const auto with = [&fixture](const std::string& stream, const std::string& data) {
    return fixture.append({"--stream", stream, "--type", "t", "--data", data}).exit_code;
  };
  CHECK(with("s", "{") == 2);
  CHECK(with("s", "text") == 2);
  CHECK(with("s", "\"\xFF\"") == 2);
  CHECK(with("", "{}") == 2);
  CHECK(with("a\nb", "{}") == 2);
  CHECK(with("$own", "{}") == 2);
  CHECK(with(std::string(513, 's'), "{}") == 2);
  CHECK(with("s", "@" + fixture.path("none")) == 3);
  std::ofstream(fixture.path("large.json")) << '"' << std::string(8 * 1024 * 1024, 'x') << '"';
  CHECK(with("s", "@" + fixture.path("large.json")) == 2);
  CHECK(fixture.append_event({"--fail-if-match", "{"}).exit_code == 2);
  CHECK(fixture.append_event({"--fail-if-match", R"([{"type":[]}])"}).exit_code == 2);
  CHECK(fixture.append_event({"--expect", "-1"}).exit_code == 2);
}

TEST_CASE("append -: each line is a commit, and its result is printed before the next is needed") {
  const LogFixture fixture;
  CliProcess process({"append", "-", "--log", fixture.log(), "--durability", "buffered"});
  process.send(R"({"stream":"a","type":"t","data":1})"
               "\n");
  CHECK(process.read_line() == R"({"firstSequence":1,"lastSequence":1,"versions":{"a":1},"repeated":false})");
  process.send(
      "\n"
      R"({"stream":"b","expected":0,"events":[{"type":"t","data":1},{"stream":"a","type":"t","data":2}]})"
      "\n");
  CHECK(process.read_line() == R"({"firstSequence":2,"lastSequence":3,"versions":{"a":2,"b":1},"repeated":false})");
  process.close_input();
  CHECK_FALSE(process.read_line().has_value());
  CHECK(process.wait() == 0);
}

TEST_CASE("append -: it stops at the first refusal, names the line, and keeps what came before") {
  const LogFixture fixture;
  const std::string good = R"({"stream":"a","type":"t","data":1})"
                           "\n";
  const std::vector<std::string> bad{
      R"({"stream":"a","type":"t","data":)", R"({"stream":"a","expected":0,"events":[{"type":"t","data":1}]})",
      R"({"stream":"$a","type":"t","data":1})", R"({"stream":"a","type":"t","data":1,"tag":"x"})", "\xFF"};
  std::size_t events = 0;
  for (const std::string& line : bad) {
    CAPTURE(line);
    const CliResult result = fixture.append({"-"}, good + good + line + "\n" + good);
    CHECK(result.exit_code == 1);
    CHECK(lines_of(result.out).size() == 2);
    CHECK(result.err.starts_with("daybook: stdin:3: "));
    CHECK(lines_of(result.err).size() == 1);
    events += 2;
    CHECK(lines_of(fixture.stored()).size() == events);
  }
}

TEST_CASE("append - --atomic: all lines are one commit, or none is appended") {
  const LogFixture fixture;
  const std::string good = R"({"stream":"a","type":"t","data":1})"
                           "\n"
                           R"({"stream":"b","expected":0,"events":[{"type":"t","data":1}]})"
                           "\n";
  const CliResult all = fixture.append({"-", "--atomic"}, good);
  CHECK(all.exit_code == 0);
  CHECK(all.out == R"({"firstSequence":1,"lastSequence":2,"versions":{"a":1,"b":1},"repeated":false})"
                   "\n");
  CHECK(fixture.append({"-", "--atomic"}, good).exit_code == 1);
  const CliResult broken = fixture.append({"-", "--atomic"}, R"({"stream":"a","type":"t","data":1})"
                                                             "\n{}\n");
  CHECK(broken.exit_code == 1);
  CHECK(broken.out.empty());
  CHECK(broken.err.starts_with("daybook: stdin:2: "));
  CHECK(fixture.append({"-", "--atomic"}, "").exit_code == 0);
  CHECK(lines_of(fixture.stored()).size() == 2);
}

TEST_CASE("append - --atomic: more than a commit holds is refused by line, and memory stays bounded") {
  const LogFixture fixture;
  std::string lines;
  for (int line = 0; line < 10'001; ++line)
    lines += R"({"stream":"a","type":"t","data":1})"
             "\n";
  const CliResult result = fixture.append({"-", "--atomic"}, lines);
  CHECK(result.exit_code == 1);
  CHECK(result.err.starts_with("daybook: stdin:10001: "));
  CHECK(fixture.stored().empty());
}

TEST_CASE("append -: what read prints can be appended to another log, and is then printed alike") {
  const LogFixture fixture;
  const std::string lines =
      R"({"stream":"a","type":"t","id":")" + kKey +
      R"(","occurredAt":"2011-12-09T12:50:00.000000001Z","tags":["x","y"],"data":{"a":1.0, "b":[ ]},"metadata":{"correlationId":")" +
      kKey +
      R"(","traceparent":"","headers":{"k":"v"}}})"
      "\n"
      R"({"stream":"b \u00e9\"","type":"t","contentType":"image/png","dataBase64":"AP8K"})"
      "\n"
      R"({"stream":"a","type":"t","contentType":"text/plain","data":"text"})"
      "\n";
  REQUIRE(fixture.append({"-"}, lines).exit_code == 0);
  const std::string first = fixture.stored();
  REQUIRE(lines_of(first).size() == 3);
  REQUIRE(run_cli({"append", "-", "--log", fixture.path("copy")}, {.input = first}).exit_code == 0);
  const std::string second = run_cli({"read", "--json", "--log", fixture.path("copy")}).out;
  // Only the recorded time may differ.
  const auto without_time = [](std::string text) {
    for (std::size_t at = text.find("\"time\":"); at != std::string::npos; at = text.find("\"time\":", at + 1)) {
      text.replace(at + 8, 30, "TIME");
    }
    return text;
  };
  CHECK(without_time(second) == without_time(first));
}

TEST_CASE("append -: a line without bound is refused, not collected") {
  const LogFixture fixture;
  const CliResult result =
      run_shell("head -c 70000000 /dev/zero | tr '\\0' ' ' | daybook append - --log '" + fixture.log() + "'");
  CHECK(result.exit_code == 1);
  CHECK(result.err.starts_with("daybook: stdin:1: "));
}

TEST_CASE("append: beside another writer it is busy, exit 3") {
  const LogFixture fixture;
  CliProcess writer({"append", "-", "--log", fixture.log()});
  writer.send(R"({"stream":"a","type":"t","data":1})"
              "\n");
  REQUIRE(writer.read_line().has_value());
  const CliResult second = fixture.append_event({});
  CHECK(second.exit_code == 3);
  CHECK(lines_of(second.err).size() == 1);
  CHECK(lines_of(fixture.stored()).size() == 1);  // Reading goes on beside it.
  writer.close_input();
  CHECK(writer.wait() == 0);
}
