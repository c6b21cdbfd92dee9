// `tail` beside writers in other processes: every event once, in order, at once; and it ends when it should.
#include <chrono>
#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

constexpr std::chrono::seconds kSoon{20};

/// The number behind `name` in a JSON line of ours.
std::uint64_t number_in(const std::string& line, const std::string& name) {
  const std::size_t at = line.find("\"" + name + "\":");
  REQUIRE_MESSAGE(at != std::string::npos, line);
  return std::stoull(line.substr(at + name.size() + 3));
}

std::string event_line(const std::string& stream, const std::string& type, int data) {
  return R"({"stream":")" + stream + R"(","type":")" + type + R"(","data":)" + std::to_string(data) + "}\n";
}

/// The next line of a tail; fails the test where none comes soon.
std::string next_line(CliProcess& tail) {
  REQUIRE(tail.wait_for_line(kSoon));
  const std::optional<std::string> line = tail.read_line();
  REQUIRE(line.has_value());  // It has not ended.
  return *line;
}

/// A log without events: what `append -` leaves behind when it is given nothing.
class EmptyLog {
 public:
  EmptyLog() { append(""); }
  void append(const std::string& lines) const {
    REQUIRE(run_cli({"append", "-", "--log", path()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string path() const { return scratch_ / "log"; }

 private:
  ScratchDirectory scratch_;
};

int interrupt(CliProcess& tail) {
  tail.signal(SIGINT);
  return tail.wait();
}

}  // namespace

TEST_CASE("tail: started before the log has events, it prints each once, and Ctrl-C is 130") {
  const EmptyLog log;
  CliProcess tail({"tail", "--log", log.path(), "--from", "1", "--json"});
  for (int number = 1; number <= 5; ++number) {
    log.append(event_line("s", "t", number));
    const std::string line = next_line(tail);
    CHECK(number_in(line, "sequence") == static_cast<std::uint64_t>(number));
    CHECK(number_in(line, "data") == static_cast<std::uint64_t>(number));
  }
  tail.signal(SIGINT);
  CHECK(tail.read_rest().empty());
  CHECK(tail.wait() == 130);
}

TEST_CASE("tail: without --from it begins with what is appended after it began") {
  const EmptyLog log;
  log.append(event_line("s", "t", 0));
  CliProcess tail({"tail", "--log", log.path(), "--json"});
  int appended = 0;
  while (!tail.wait_for_line(std::chrono::milliseconds(100))) {
    REQUIRE(appended < 500);
    log.append(event_line("s", "t", ++appended));
  }
  const std::uint64_t first = number_in(*tail.read_line(), "sequence");
  CHECK(first >= 2);
  CHECK(first <= static_cast<std::uint64_t>(appended) + 1);
  log.append(event_line("s", "t", 1000));
  std::uint64_t last = first;
  for (std::uint64_t data = 0; data != 1000; ++last) {
    const std::string line = next_line(tail);
    CHECK(number_in(line, "sequence") == last + 1);
    data = number_in(line, "data");
  }
  CHECK(last == static_cast<std::uint64_t>(appended) + 2);
  CHECK(interrupt(tail) == 130);
}

TEST_CASE("tail: --since catches up from a time on; the later of --from and --since counts") {
  const EmptyLog log;
  for (int data = 1; data <= 3; ++data) log.append(event_line("s", "t", data));
  const std::string second = lines_of(run_cli({"read", "--json", "--log", log.path()}).out).at(1);
  const std::string name = "\"time\":\"";
  const std::size_t at = second.find(name) + name.size();
  const std::string time = second.substr(at, second.find('"', at) - at);
  const std::vector<std::pair<std::vector<std::string>, std::uint64_t>> bounds{{{"--since", time}, 2},
                                                                               {{"--since", time, "--from", "1"}, 2},
                                                                               {{"--since", time, "--from", "3"}, 3},
                                                                               {{"--since", "1970-01-01"}, 1}};
  for (const auto& [bound, first] : bounds) {
    CAPTURE(bound.back());
    std::vector<std::string> arguments{"tail", "--json", "--log", log.path()};
    arguments.insert(arguments.end(), bound.begin(), bound.end());
    CliProcess tail(arguments);
    CHECK(number_in(next_line(tail), "sequence") == first);
    CHECK(interrupt(tail) == 130);
  }
}

TEST_CASE("tail: the filters of read choose what it prints, caught up and live alike") {
  const EmptyLog log;
  const std::string lines = R"({"stream":"order-1","type":"Placed","tags":["a","b"],"data":1})"
                            "\n"
                            R"({"stream":"order-2","type":"Placed","tags":["a"],"data":2})"
                            "\n"
                            R"({"stream":"stock-1","type":"Received","tags":["a","b"],"data":3,"metadata":)"
                            R"({"correlationId":"01890a5d-ac96-774b-bcce-b302099a8057"}})"
                            "\n";
  log.append(lines);
  const std::vector<std::vector<std::string>> filters{
      {"--stream", "order-2"},   {"--stream-prefix", "order-"},
      {"--type", "Received"},    {"--tag", "a", "--tag", "b"},
      {"--type", "Placed"},      {"--correlation", "01890a5d-ac96-774b-bcce-b302099a8057"},
      {"--stream-prefix", "sto"}};
  for (const std::vector<std::string>& filter : filters) {
    CAPTURE(filter.back());
    std::vector<std::string> read{"read", "--json", "--log", log.path()};
    read.insert(read.end(), filter.begin(), filter.end());
    const std::size_t before = lines_of(run_cli(read).out).size();
    std::vector<std::string> arguments{"tail", "--from", "1", "--json", "--log", log.path()};
    arguments.insert(arguments.end(), filter.begin(), filter.end());
    CliProcess tail(arguments);
    std::string printed;
    for (std::size_t line = 0; line < before; ++line) printed += next_line(tail) + "\n";
    log.append(lines);
    const std::string all = run_cli(read).out;
    for (std::size_t line = before; line < lines_of(all).size(); ++line) printed += next_line(tail) + "\n";
    CHECK(printed == all);
    CHECK(lines_of(all).size() > before);
    CHECK(interrupt(tail) == 130);
  }
}

TEST_CASE("tail: across ten writers that are killed and two that close, it prints every event once") {
  const EmptyLog log;
  CliProcess tail({"tail", "--log", log.path(), "--from", "1", "--json"});
  std::set<std::uint64_t> acknowledged;
  for (int writer = 0; writer < 12; ++writer) {
    CliProcess append({"append", "-", "--log", log.path()});
    std::string lines;
    for (int event = 0; event < 300; ++event) lines += event_line("s", "t", writer * 1000 + event);
    append.send(lines);
    const bool killed = writer != 5 && writer != 11;
    for (int line = 0; line < (killed ? 10 + writer * 20 : 300); ++line) {
      const auto acknowledgement = append.read_line();
      REQUIRE(acknowledgement.has_value());
      acknowledged.insert(number_in(*acknowledgement, "firstSequence"));
    }
    if (killed) append.signal(SIGKILL);
    append.close_input();
    CHECK(append.wait() == (killed ? 137 : 0));
  }
  const std::string stats = run_cli({"stats", "--json", "--log", log.path()}).out;
  const std::uint64_t head = number_in(stats, "head");
  std::set<std::uint64_t> data;
  for (std::uint64_t expected = 1; expected <= head; ++expected) {
    const std::string line = next_line(tail);
    REQUIRE(number_in(line, "sequence") == expected);
    CHECK(data.insert(number_in(line, "data")).second);
  }
  CHECK(*acknowledged.rbegin() <= head);
  CHECK(acknowledged.size() > 1500);
  CHECK(interrupt(tail) == 130);
}

TEST_CASE("tail: a closed pipe ends it quietly with 0, though no event comes") {
  const EmptyLog log;
  log.append(event_line("s", "t", 1) + event_line("s", "t", 2));
  for (const char* flags : {"--json", ""}) {
    const CliResult result = run_shell(std::string("timeout 20 '") + DAYBOOK_BINARY + "' tail --from 1 " + flags +
                                       " --log '" + log.path() + "' | head -n 1; echo ${PIPESTATUS[0]}");
    CHECK(lines_of(result.out).size() == 2);
    CHECK(result.out.ends_with("\n0\n"));
    CHECK(result.err.empty());
  }
}

TEST_CASE("tail: Ctrl-C while it catches up leaves complete lines") {
  const EmptyLog log;
  std::string commit = R"({"stream":"s","events":[)";
  for (int event = 0; event < 5000; ++event) {
    commit += R"({"type":"t","data":")" + std::string(200, 'x') + (event == 4999 ? "\"}]}\n" : "\"},");
  }
  log.append(commit + commit);
  for (const char* json : {"--json", "--json=false"}) {
    CAPTURE(json);
    CliProcess tail({"tail", "--log", log.path(), "--from", "1", json});
    REQUIRE(tail.read_line().has_value());  // From here on it waits for us, its pipe full.
    tail.signal(SIGINT);
    const std::string rest = tail.read_rest();
    CHECK(tail.wait() == 130);
    CHECK(rest.ends_with('\n'));
    CHECK(lines_of(rest).size() < 9999);
  }
}

TEST_CASE("tail: a sequence that is yet to come, a wrong filter and a missing log are told at once") {
  const EmptyLog log;
  log.append(event_line("s", "t", 1));
  const CliResult beyond = run_cli({"tail", "--log", log.path(), "--from", "9"});
  CHECK(beyond.exit_code == 2);
  CHECK(lines_of(beyond.err).size() == 1);
  CHECK(beyond.err.find("the next event is 2") != std::string::npos);
  CHECK(run_cli({"tail", "--log", log.path(), "--stream", ""}).exit_code == 2);
  CHECK(run_cli({"tail", "--log", log.path() + "-none"}).exit_code == 3);
}
