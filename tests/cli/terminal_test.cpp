// What a person at a terminal sees: a header, colour unless it is unwanted, lines that fit, and nothing that an event's
// author could make the terminal do.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/visible_text.h"
#include "tests/support/cli_run.h"
#include "tests/support/cli_terminal.h"

using daybook::cli::display_width;
using daybook::test::contains;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::run_on_terminal;
using daybook::test::ScratchDirectory;
using daybook::test::TerminalOptions;

namespace {

constexpr unsigned short kColumns = 60;
const TerminalOptions kNoColor{.environment = {"NO_COLOR=1"}};

/// A log with an event whose names and data try to take the terminal over.
class HostileLog {
 public:
  HostileLog() {
    const std::string lines =
        "{\"stream\":\"evil\xC2\x9B"
        "31m\",\"type\":\"t\",\"data\":{\"x\":\"\xC2\x9D"
        "0;title\"}}\n"
        R"({"stream":"long","type":"t","data":")" +
        std::string(200, 'y') +
        "\"}\n"
        R"({"stream":"raw","type":"t","dataBase64":"G1syShsKCg=="})"
        "\n"
        "{\"stream\":\"turned \xE2\x80\xAE reverted\",\"type\":\"t\",\"data\":1}\n";
    REQUIRE(run_cli({"append", "-", "--log", log()}, {.input = lines}).exit_code == 0);
  }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }

 private:
  ScratchDirectory scratch_;
};

/// Without the colours that daybook itself uses.
std::string without_colour(std::string text) {
  for (const char* code : {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[36m"}) {
    for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code)) {
      text.erase(at, std::string_view(code).size());
    }
  }
  return text;
}

}  // namespace

TEST_CASE("terminal: tables have a bold header there, and none of that when piped or with NO_COLOR") {
  const HostileLog log;
  const std::string coloured = run_on_terminal({"streams", "--log", log.log()});
  CHECK(coloured.starts_with("\x1b[1mstream"));
  const std::string plain = run_on_terminal({"streams", "--log", log.log()}, kNoColor);
  CHECK(plain.starts_with("stream"));
  CHECK_FALSE(contains(plain, "\x1b"));
  CHECK_FALSE(contains(run_cli({"streams", "--log", log.log()}).out, "\x1b"));
}

TEST_CASE("terminal: lines of a table fit") {
  const HostileLog log;
  const std::vector<std::string> lines = lines_of(run_on_terminal({"read", "--log", log.log()}, kNoColor));
  REQUIRE(lines.size() == 5);
  for (const std::string& line : lines) CHECK(display_width(line) <= kColumns);
}

TEST_CASE("terminal: no event reaches it with a control character, as text or as JSON") {
  const HostileLog log;
  const std::vector<std::vector<std::string>> commands{
      {"read"},     {"read", "--json"}, {"get", "1"},         {"get", "1", "--json"}, {"get", "4", "--json"},
      {"get", "3"}, {"streams"},        {"streams", "--json"}};
  for (std::vector<std::string> command : commands) {
    CAPTURE(command.front());
    command.insert(command.end(), {"--log", log.log()});
    const std::string sent = without_colour(run_on_terminal(command));
    CHECK_FALSE(sent.empty());
    CHECK_FALSE(contains(sent, "\x1b"));
    CHECK_FALSE(contains(sent, "\xC2\x9B"));
    CHECK_FALSE(contains(sent, "\xC2\x9D"));
    CHECK_FALSE(contains(sent, "\xE2\x80\xAE"));
  }
}

TEST_CASE("terminal: piped JSON keeps the data byte for byte") {
  const HostileLog log;
  CHECK(contains(run_cli({"get", "1", "--json", "--log", log.log()}).out,
                 "\"data\":{\"x\":\"\xC2\x9D"
                 "0;title\"}"));
}

TEST_CASE("terminal: errors name what was given without obeying it") {
  const std::string sent = run_on_terminal({"read", "--log", "\x1b[2Jnowhere"});
  CHECK_FALSE(contains(sent, "\x1b[2J"));
  CHECK(contains(sent, "\\u001b[2Jnowhere"));
}

TEST_CASE("terminal: --color wins over NO_COLOR, over TERM=dumb and over a pipe") {
  const HostileLog log;
  const TerminalOptions dumb{.environment = {"TERM=dumb"}};
  CHECK(contains(run_on_terminal({"streams", "--color", "always", "--log", log.log()}, kNoColor), "\x1b[1m"));
  CHECK(contains(run_on_terminal({"--color", "always", "streams", "--log", log.log()}, dumb), "\x1b[1m"));
  CHECK_FALSE(contains(run_on_terminal({"streams", "--log", log.log()}, dumb), "\x1b"));
  CHECK_FALSE(contains(run_on_terminal({"streams", "--color", "never", "--log", log.log()}), "\x1b"));
  CHECK(contains(run_on_terminal({"streams", "--color", "auto", "--log", log.log()}), "\x1b[1m"));
  CHECK(contains(run_cli({"get", "1", "--color", "always", "--log", log.log()}).out, "\x1b[2m"));
  const auto wrong = run_cli({"streams", "--color", "sometimes", "--log", log.log()});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.err, "'sometimes' is not auto, always or never"));
}

TEST_CASE("terminal: times are in the user's zone there, and in UTC when piped, in JSON or in an unknown zone") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  const std::string line = R"({"stream":"s","type":"t","data":1,"occurredAt":"2011-07-09T22:50:00.25Z"})";
  REQUIRE(run_cli({"append", "-", "--log", log}, {.input = line}).exit_code == 0);
  const auto shown = [&](const std::string& zone) {
    return run_on_terminal({"get", "1", "--color=never", "--log", log}, {.environment = {"TZ=" + zone}});
  };
  CHECK(contains(shown("Europe/Berlin"), "occurred at   2011-07-10T00:50:00.250000000+02:00\n"));
  CHECK(contains(shown("America/St_Johns"), "occurred at   2011-07-09T20:20:00.250000000-02:30\n"));
  CHECK(contains(shown("XYZ-5:45"), "occurred at   2011-07-10T04:35:00.250000000+05:45\n"));
  for (const char* unknown : {"", "UTC", "Nowhere/Atlantis", "\x1b[2J"}) {
    CHECK(contains(shown(unknown), "occurred at   2011-07-09T22:50:00.250000000Z\n"));
  }
  const std::vector<std::string> berlin{"TZ=Europe/Berlin"};
  CHECK(contains(run_cli({"get", "1", "--log", log}, {.environment = berlin}).out, "22:50:00.250000000Z\n"));
  CHECK(contains(run_on_terminal({"get", "1", "--json", "--log", log}, {.environment = berlin}),
                 R"("occurredAt":"2011-07-09T22:50:00.250000000Z")"));
  const std::string row = run_on_terminal({"read", "--color=never", "--log", log}, {.environment = {"TZ=XYZ-5:45"}});
  CHECK(contains(row, "+05:45"));
}

TEST_CASE("terminal: a read into a pipe shows a bar there, rubbed out with blanks, and none when stderr is piped") {
  const ScratchDirectory scratch;
  const std::string log = scratch / "log";
  std::string lines;
  for (int commit = 0; commit < 100; ++commit) {
    lines += R"({"stream":"s","type":"t","data":")" + std::string(30'000, 'x') + "\"}\n";
  }
  REQUIRE(run_cli({"append", "-", "--log", log, "--durability", "buffered"}, {.input = lines}).exit_code == 0);
  const std::string sent = run_on_terminal({"read", "--log", log}, {.columns = 100, .slow_pipe = true});
  CHECK(sent.starts_with("\rread ["));
  CHECK(contains(sent, " left"));
  CHECK(contains(sent, "/s "));
  CHECK(sent.ends_with(" \r"));
  CHECK_FALSE(contains(sent, "\x1b"));
  CHECK(run_cli({"read", "--log", log}).err.empty());
  CHECK(lines_of(run_on_terminal({"read", "--log", log}, kNoColor)).size() == 101);  // To the terminal: no bar.
}
