// `trace` and `inspect` by the real binary, over a log with every kind of cause.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"
#include "tests/support/cli_terminal.h"

using daybook::test::CliResult;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_on_terminal;
using daybook::test::ScratchDirectory;

namespace {

constexpr const char* kCorrelation = "00000000-0000-4000-8000-00000000000c";

std::string uuid(int number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

/// An event whose id is `number`, of stream `s-NUMBER`, with these metadata.
std::string event(int number, int cause, bool correlated = true, const std::string& second = "") {
  std::string line = R"({"stream":"s-)" + std::to_string(number) + R"(","type":"T\u009b2J\"\\","data":{},"id":")" +
                     uuid(number) + R"(","metadata":{)";
  if (correlated) line += std::string(R"("correlationId":")") + kCorrelation + "\"" + (cause != 0 ? "," : "");
  if (cause != 0) line += R"("causationId":")" + uuid(cause) + "\"";
  line += "}";
  if (!second.empty()) line += R"(,"occurredAt":"2026-01-31T12:00:)" + second + "Z\"";
  return line + "}\n";
}

/// 1 causes 2 and 4, 2 causes 3; 5 names what is not there, 6 itself, 7 and 8 each other; 9 is of no correlation.
class CausedLog {
 public:
  CausedLog() {
    append(event(1, 0, true, "00") + event(2, 1, true, "01.5") + event(3, 2, true, "03") + event(4, 1, true, "00.25") +
           event(5, 99, true, "05") + event(6, 6, true, "06") + event(7, 8, true, "07") + event(8, 7, true, "08") +
           event(9, 1, false));
  }
  void append(const std::string& lines) const {
    REQUIRE(run_cli({"append", "-", "--log", path()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] CliResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--log", path()});
    return run_cli(arguments);
  }
  [[nodiscard]] std::string path() const { return scratch_ / "log"; }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("trace: a tree of causes with the time between them, from a sequence or a correlation id") {
  const CausedLog log;
  const std::vector<std::string> by_id = lines_of(log.run({"trace", kCorrelation}).out);
  REQUIRE(by_id.size() == 9);
  CHECK(by_id[0] == std::string("correlation ") + kCorrelation + ": 8 events, 4 roots, 8.000 s; times as occurred");
  CHECK(by_id[1].starts_with("1 "));
  CHECK(by_id[2].starts_with("├─ 2 "));
  CHECK(contains(by_id[2], "   +1.500 s     +1.500 s "));
  CHECK(by_id[3].starts_with("│  └─ 3 "));
  CHECK(contains(by_id[3], "   +1.500 s     +3.000 s "));
  CHECK(by_id[4].starts_with("└─ 4 "));
  CHECK(contains(by_id[4], " +250.000 ms  +250.000 ms "));
  CHECK(by_id[5].ends_with("its cause " + uuid(99) + " is not among these"));
  CHECK(by_id[6].ends_with("names itself as its cause"));
  CHECK(by_id[7].ends_with("its cause 8 was caused by it"));
  CHECK(by_id[8].starts_with("└─ 8 "));
  const std::vector<std::string> by_sequence = lines_of(log.run({"trace", "3"}).out);
  REQUIRE(by_sequence.size() == 9);
  CHECK(by_sequence[3].ends_with("asked for"));
}

TEST_CASE("trace: JSON has a line an event, in the order of the tree") {
  const CausedLog log;
  const std::vector<std::string> lines = lines_of(log.run({"trace", "1", "--json"}).out);
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] ==
        R"({"sequence":1,"depth":0,"type":"T\u009b2J\"\\","stream":"s-1","id":")" + uuid(1) +
            R"(","cause":"none","occurredAt":"2026-01-31T12:00:00.000000000Z","sinceRootSeconds":0.000000000})");
  CHECK(lines[2] == R"({"sequence":3,"parent":2,"depth":2,"type":"T\u009b2J\"\\","stream":"s-3","id":")" + uuid(3) +
                        R"(","cause":"event","causationId":")" + uuid(2) +
                        R"(","occurredAt":"2026-01-31T12:00:03.000000000Z","sinceParentSeconds":1.500000000,)" +
                        R"("sinceRootSeconds":3.000000000})");
  CHECK(contains(lines[4], R"("cause":"elsewhere","causationId":")" + uuid(99) + "\""));
  CHECK(contains(lines[5], R"("cause":"itself")"));
  CHECK(contains(lines[6], R"("cause":"cycle")"));
}

TEST_CASE("trace: a graph for Graphviz, with what is elsewhere or turns in a cycle dashed") {
  const CausedLog log;
  const std::string dot = log.run({"trace", "1", "--dot"}).out;
  CHECK(dot.starts_with(std::string("digraph \"correlation ") + kCorrelation + "\" {\n"));
  CHECK(contains(dot, "  1 [label=\"T\\\\u009b2J\\\"\\\\\\ns-1\\n1\"];\n"));
  CHECK(contains(dot, "  2 -> 3 [label=\"+1.500 s\"];\n"));
  CHECK(contains(dot, "  \"" + uuid(99) + "\" [style=dashed];\n  \"" + uuid(99) + "\" -> 5 [style=dashed];\n"));
  CHECK(contains(dot, "  6 -> 6 [style=dashed];\n"));
  CHECK(contains(dot, "  8 -> 7 [style=dashed, constraint=false];\n"));
  CHECK(dot.ends_with("}\n"));
  CHECK(log.run({"trace", "1", "--dot", "--json"}).exit_code == 2);
}

TEST_CASE("trace: an event without a correlation id is traced with those that have its id as theirs") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  const std::string lines = R"({"stream":"a","type":"First","data":1,"id":"00000000-0000-4000-8000-00000000000c"})"
                            "\n" +
                            event(2, 0);
  REQUIRE(run_cli({"append", "-", "--log", log}, {.input = lines}).exit_code == 0);
  CHECK(lines_of(run_cli({"trace", "1", "--log", log, "--json"}).out).size() == 2);
  CHECK(lines_of(run_cli({"trace", "2", "--log", log, "--json"}).out).size() == 1);
}

TEST_CASE("trace: what is not there, or no subject at all, is one line and the documented code") {
  const CausedLog log;
  const CliResult unknown = log.run({"trace", uuid(1)});
  CHECK(unknown.exit_code == 1);
  CHECK(contains(unknown.err, "no event has the correlation id " + uuid(1)));
  CHECK(log.run({"trace", "99"}).exit_code == 1);
  const CliResult wrong = log.run({"trace", "order-\x1b[2J"});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.err, "'order-\\u001b[2J' is neither a sequence nor a UUID"));
  CHECK(lines_of(wrong.err).size() == 1);
}

TEST_CASE("trace: names cannot act on a terminal, as a tree, as JSON or as a graph") {
  const CausedLog log;
  for (const std::string form : {"--json", "--dot", "--json=false"}) {
    CAPTURE(form);
    const std::string sent = run_on_terminal({"trace", "1", form, "--color", "never", "--log", log.path()});
    CHECK(contains(sent, "u009b2J"));
    CHECK_FALSE(contains(sent, "\x1b"));
    CHECK_FALSE(contains(sent, "\xC2\x9B"));
  }
}

TEST_CASE("inspect: all of an event: place, sizes, block, commit, index, neighbours") {
  const CausedLog log;
  log.append(R"({"key":"00000000-0000-4000-8000-0000000000ff","events":[)"
             R"({"stream":"x","type":"A","data":1,"tags":["t","t","u"]},{"stream":"s-1","type":"B","data":[1,2]},)"
             R"({"stream":"x","type":"C","data":3}]})"
             "\n");
  const std::string out = log.run({"inspect", "10", "--json"}).out;
  CHECK(lines_of(out).size() == 1);
  CHECK(out.starts_with(R"({"event":{"sequence":10,"stream":"x","version":1,"type":"A",)"));
  CHECK(contains(out, R"(},"dataBytes":1,"storedBytes":)"));
  CHECK(contains(out, R"(,"nextInStream":12,"block":{"file":"log/)"));
  CHECK_FALSE(contains(out, "previousInStream"));
  CHECK(contains(out, R"("firstSequence":10,"lastSequence":12,"recordedAt":")"));
  CHECK(contains(out, R"("chainFits":true},"commit":{"place":1,"firstSequence":10,"lastSequence":12,"event":1,"key":)"
                      R"("00000000-0000-4000-8000-0000000000ff","fingerprint":")"));
  CHECK(contains(out, R"("index":{"indexedThrough":0,"fits":true,"terms":[{"term":"stream","text":"x","in":"tail"},)"
                      R"({"term":"type","text":"A","in":"tail"},{"term":"tag","text":"t","in":"tail"},)"
                      R"({"term":"tag","text":"u","in":"tail"},)"
                      R"({"term":"key","text":"00000000-0000-4000-8000-0000000000ff","in":"tail"}]}})"));
  const std::string text = log.run({"inspect", "11"}).out;
  for (const char* part : {"before it     sequence 1 of the stream", "after it      none of the stream",
                           "event        2 of 3", "the link of the block that ends at 9", "stored bytes"}) {
    CAPTURE(part);
    CHECK(contains(text, part));
  }
  CHECK(contains(log.run({"inspect", "1"}).out, ", the hash of the log id\n"));
}

TEST_CASE("inspect: postings and tail are told apart, beside a log whose index lags") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  REQUIRE(run_cli({"generate", "retail", "--orders", "2500", "--log", log}).exit_code == 0);
  REQUIRE(run_cli({"append", "--log", log, "--stream", "late", "--type", "T", "--data", "1"}).exit_code == 0);
  const std::string indexed = run_cli({"inspect", "1", "--json", "--log", log}).out;
  CHECK(contains(indexed, R"("in":"postings")"));
  CHECK_FALSE(contains(indexed, R"("in":"tail")"));
  CHECK_FALSE(contains(indexed, R"("in":"nowhere")"));
  CHECK(contains(indexed, R"("file":"log/0)"));
  const std::string stats = run_cli({"stats", "--json", "--log", log}).out;
  const std::string head = stats.substr(10, stats.find(',') - 10);
  const std::string late = run_cli({"inspect", head, "--json", "--log", log}).out;
  CHECK(contains(late, R"("stream":"late")"));
  CHECK(contains(late, R"("in":"tail")"));
  CHECK_FALSE(contains(late, R"("in":"postings")"));
}

TEST_CASE("inspect: --raw shows the bytes with their fields, and an event that is not there is exit 1") {
  const CausedLog log;
  const std::string raw = log.run({"inspect", "2", "--raw"}).out;
  CHECK(contains(raw, "Event.stream \"s-2\", zero, padding\n"));
  CHECK(contains(raw, "  link: XXH3-128 of all bytes before it\n"));
  CHECK_FALSE(contains(raw, "no pointer leads to"));
  const std::string json = log.run({"inspect", "2", "--raw", "--json"}).out;
  CHECK(lines_of(json).size() == 1);
  CHECK(contains(json, R"("raw":[{"offset":0,"bytes":"00000000)"));
  for (const char* missing : {"0", "10", "281474976710655"}) {
    const CliResult result = log.run({"inspect", missing});
    CHECK(result.exit_code == 1);
    CHECK(result.out.empty());
    CHECK(lines_of(result.err).size() == 1);
  }
}
