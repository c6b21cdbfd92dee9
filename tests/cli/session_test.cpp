// Sessions at a terminal: Ctrl-C in the middle of work, windows that are resized, colour, pipes, and names that would
// take the terminal over.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/visible_text.h"
#include "tests/support/cli_run.h"
#include "tests/support/tmux.h"

using daybook::cli::display_width;
using daybook::test::CliResult;
using daybook::test::lines_of;
using daybook::test::run_cli;
using daybook::test::ScratchDirectory;
using daybook::test::Tmux;

namespace {

/// Enough for seconds of work, so that a key can be pressed in the middle of it.
constexpr int kRows = 200'000;

using Lines = std::vector<std::string>;

bool any_holds(const Lines& lines, const std::string& text) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// A directory with a CSV file and its mapping: an event a row.
class Desk {
 public:
  Desk() {
    std::ofstream rows(scratch_ / "rows.csv");
    rows << "id,amount\n";
    for (int row = 1; row <= kRows; ++row) rows << row << "," << row % 97 << "\n";
    std::ofstream(scratch_ / "rows.toml") << "source = \"rows\"\nformat = \"csv\"\n\n[[event]]\nstream = \"row-{id}\"\n"
                                             "type = \"Row\"\ndata.amount = \"{amount}\"\n";
  }
  [[nodiscard]] const std::string& path() const { return scratch_.path(); }
  [[nodiscard]] std::string log() const { return scratch_ / "log"; }
  [[nodiscard]] CliResult run(Lines arguments) const {
    arguments.insert(arguments.end(), {"--log", log()});
    return run_cli(arguments);
  }
  [[nodiscard]] CliResult append(const std::string& lines) const {
    return run_cli({"append", "-", "--log", log()}, {.input = lines});
  }

 private:
  ScratchDirectory scratch_;
};

constexpr const char* kImport = "daybook --log log import rows.csv --mapping rows.toml --durability buffered";

}  // namespace

TEST_CASE("session: Ctrl-C in the middle of an import and of a verify is 130, and the log is good and goes on") {
  if (!Tmux::available()) return;
  const Desk desk;
  Tmux terminal(100, 20, desk.path());
  terminal.type(kImport);
  const Lines bar = terminal.wait_for("left");
  CHECK(any_holds(bar, "import [#") == any_holds(bar, "% "));
  terminal.press("C-c");
  CHECK(terminal.wait_for_end() == 130);
  const Lines stopped = terminal.screen();
  CHECK(any_holds(stopped, "events appended"));
  CHECK(any_holds(stopped, "daybook: interrupted: run the same command again to go on"));
  CHECK_FALSE(any_holds(stopped, "left"));  // The bar is rubbed out.
  const CliResult good = desk.run({"verify"});
  CHECK(good.exit_code == 0);
  CHECK(good.out.starts_with("clean: "));

  terminal.type("clear; " + std::string(kImport));
  CHECK(terminal.wait_for_end() == 0);
  CHECK(desk.run({"get", std::to_string(kRows)}).exit_code == 0);
  CHECK(desk.run({"get", std::to_string(kRows + 1)}).exit_code == 1);

  // On a busy machine a verify can be done before the key arrives; then it is asked again.
  bool stopped_it = false;
  for (int attempt = 0; attempt < 10 && !stopped_it; ++attempt) {
    terminal.type("clear; daybook --log log verify");
    static_cast<void>(terminal.wait_for("verify ["));
    terminal.press("C-c");
    stopped_it = terminal.wait_for_end() == 130 && !any_holds(terminal.screen(), "clean");
  }
  CHECK(stopped_it);
  CHECK(desk.run({"verify"}).exit_code == 0);
}

TEST_CASE("session: Ctrl-C ends a tail with 130 behind a complete line") {
  if (!Tmux::available()) return;
  const Desk desk;
  REQUIRE(desk.append(R"({"stream":"s","type":"First","data":1})").exit_code == 0);
  Tmux terminal(100, 20, desk.path());
  terminal.type("clear; daybook --log log tail --from 1");
  static_cast<void>(terminal.wait_for("First"));
  REQUIRE(desk.append(R"({"stream":"s","type":"Second","data":2})").exit_code == 0);
  static_cast<void>(terminal.wait_for("Second"));
  terminal.press("C-c");
  CHECK(terminal.wait_for_end() == 130);
  const Lines screen = terminal.screen();
  REQUIRE(screen.size() >= 4);
  CHECK(screen[screen.size() - 4].starts_with("sequence  time"));
  CHECK(screen[screen.size() - 3].find("First") != std::string::npos);
  CHECK(screen[screen.size() - 2].find("Second") != std::string::npos);
}

TEST_CASE("session: a bar and a table keep to a window that is made narrower") {
  if (!Tmux::available()) return;
  const Desk desk;
  Tmux terminal(100, 20, desk.path());
  terminal.type(kImport);
  static_cast<void>(terminal.wait_for("left"));
  terminal.resize(40, 20);
  // 39 columns hold the bar up to the number of rows.
  const Lines bar = terminal.wait_until([](const Lines& lines) {
    return std::ranges::any_of(lines, [](const std::string& line) {
      return line.starts_with("import [") && line.ends_with("…") && display_width(line) == 39;
    });
  });
  for (const std::string& line : bar) CHECK(display_width(line) <= 40);
  CHECK(terminal.wait_for_end() == 0);

  terminal.resize(100, 20);
  terminal.type("clear; daybook --log log tail");
  static_cast<void>(terminal.wait_until([](const Lines& lines) { return lines.empty(); }));
  const std::string wide = std::string(30, 'w');
  int appended = 0;
  while (!any_holds(terminal.screen(), wide)) {
    REQUIRE(++appended < 500);
    REQUIRE(desk.append(R"({"stream":"s","type":"Wide","data":")" + wide + "\"}").exit_code == 0);
  }
  terminal.resize(50, 20);
  REQUIRE(desk.append(R"({"stream":"s","type":"Narrow","data":")" + wide + "\"}").exit_code == 0);
  const std::string sequence = std::to_string(kRows + appended + 1);
  // Waited for as a whole: a screen can be looked at while the row is being drawn.
  const Lines table = terminal.wait_until([&](const Lines& lines) {
    return std::ranges::any_of(lines, [&](const std::string& line) {
      return line.find(sequence) != std::string::npos && line.ends_with("…");
    });
  });
  for (const std::string& line : table) CHECK(display_width(line) <= 50);
  terminal.press("C-c");
  CHECK(terminal.wait_for_end() == 130);
}

TEST_CASE("session: colour is there by itself, and not with --color never, NO_COLOR or a dumb terminal") {
  if (!Tmux::available()) return;
  const Desk desk;
  REQUIRE(desk.append(R"({"stream":"s","type":"t","data":1})").exit_code == 0);
  Tmux terminal(80, 10, desk.path());
  const auto coloured = [&](const std::string& line) {
    terminal.type("clear; " + line);
    static_cast<void>(terminal.wait_for("last sequence"));
    CHECK(terminal.wait_for_end() == 0);
    return terminal.screen_with_colour().find("\x1b[1mstream") != std::string::npos;
  };
  CHECK(coloured("daybook --log log streams"));
  CHECK_FALSE(coloured("daybook --log log streams --color never"));
  CHECK_FALSE(coloured("NO_COLOR=1 daybook --log log streams"));
  CHECK_FALSE(coloured("TERM=dumb daybook --log log streams"));
  CHECK(coloured("NO_COLOR=1 daybook --log log streams --color always"));
}

TEST_CASE("session: a pipe into head ends read and tail with 0, without a word") {
  if (!Tmux::available()) return;
  const Desk desk;
  std::string lines;
  for (int event = 0; event < 3000; ++event)
    lines += R"({"stream":"s","type":"t","data":")" + std::string(100, 'x') + "\"}\n";
  REQUIRE(desk.append(lines).exit_code == 0);
  Tmux terminal(200, 20, desk.path());
  for (const char* command : {"read", "read --json", "tail --from 1"}) {
    terminal.type(std::string("clear; set -o pipefail; daybook --log log ") + command + " | head -n 2");
    CHECK(terminal.wait_for_end() == 0);
    CHECK(any_holds(terminal.screen(), "xxxx"));
    CHECK_FALSE(any_holds(terminal.screen(), "daybook: "));
  }
}

TEST_CASE("session: names with escape sequences and wide characters stay where they are put") {
  if (!Tmux::available()) return;
  const Desk desk;
  REQUIRE(desk.append("{\"stream\":\"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\",\"type\":\"t\",\"data\":1}\n"
                      "{\"stream\":\"evil\xC2\x9B"
                      "2J\xC2\x9D"
                      "0;taken\xC2\x9C\",\"type\":\"t\",\"dataBase64\":\"G1sySmdvbmUbXTA7dGFrZW4H\"}\n"
                      R"({"stream":"plain","type":"t","data":1})")
              .exit_code == 0);
  Tmux terminal(100, 50, desk.path());
  const std::string title = terminal.title();
  terminal.type("clear; daybook --log log streams; daybook --log log get 2; daybook --log log read --json");
  CHECK(terminal.wait_for_end() == 0);
  const Lines screen = terminal.screen();
  CHECK(any_holds(screen, "evil\\u009b2J\\u009d0;taken\\u009c"));
  CHECK(any_holds(screen, "\\u001b[2Jgone\\u001b]0;taken\\u0007"));
  CHECK(terminal.title() == title);
  std::vector<std::size_t> ends;
  for (const std::string& line : Lines(screen.begin(), screen.begin() + 4)) ends.push_back(display_width(line));
  CHECK(std::ranges::count(ends, ends.front()) ==
        4);  // The last column is of numbers, so all lines end below each other.
}
