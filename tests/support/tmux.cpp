// tmux is asked by running it: its answer takes some milliseconds, which is all the pause that looking again and again
// needs.
#include "tests/support/tmux.h"

#include <unistd.h>

#include <sstream>

#include <doctest/doctest.h>

#include "tests/support/cli_run.h"

namespace daybook::test {
namespace {

// An instrumented build takes its time; only a test that fails waits for the end of it.
constexpr std::chrono::seconds kSoon{120};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

bool Tmux::available() {
  if (run_shell("command -v tmux").exit_code == 0) return true;
  MESSAGE("skipped: there is no tmux (scripts/install-dependencies.sh installs it)");
  return false;
}

Tmux::Tmux(int columns, int rows, const std::string& directory)
    : socket_("daybook-test-" + std::to_string(::getpid())) {
  // No start-up file is read: the test knows this shell, and no user's.
  const std::string shell = "env -u NO_COLOR -u TMUX HISTFILE= PATH=" +
                            quoted(std::string(DAYBOOK_BINARY).substr(0, std::string(DAYBOOK_BINARY).rfind('/'))) +
                            ":\"$PATH\" PS1='[$?] \\#> ' bash --norc --noprofile -i";
  static_cast<void>(tmux("-f /dev/null new-session -d -x " + std::to_string(columns) + " -y " + std::to_string(rows) +
                         " -c " + quoted(directory) + " " + quoted(shell)));
  static_cast<void>(wait_for_end());
}

Tmux::~Tmux() {
  static_cast<void>(run_shell("tmux -L " + socket_ + " kill-server"));
}

std::string Tmux::tmux(const std::string& arguments) const {
  const CliResult result =
      run_shell("tmux -u -L " + socket_ + " " + arguments, {.environment = {"LC_ALL=C.UTF-8", "TERM=xterm"}});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

void Tmux::type(const std::string& line) {
  ++commands_;
  static_cast<void>(tmux("send-keys -l " + quoted(line)));
  press("Enter");
}

void Tmux::press(const std::string& key) {
  static_cast<void>(tmux("send-keys " + key));
}

void Tmux::resize(int columns, int rows) {
  static_cast<void>(tmux("resize-window -x " + std::to_string(columns) + " -y " + std::to_string(rows)));
  // tmux tells the programs in a window of its new size only after a while (its resize timer).
  const std::string size = std::to_string(rows) + " " + std::to_string(columns) + "\n";
  const std::string ask = "stty size < $(tmux -L " + socket_ + " display-message -p '#{pane_tty}')";
  const auto deadline = std::chrono::steady_clock::now() + kSoon;
  while (run_shell(ask).out != size) REQUIRE(std::chrono::steady_clock::now() < deadline);
}

std::vector<std::string> Tmux::screen() const {
  std::vector<std::string> lines = lines_of(tmux("capture-pane -p"));
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string Tmux::screen_with_colour() const {
  return tmux("capture-pane -e -p");
}

std::vector<std::string> Tmux::wait_until(const std::function<bool(const std::vector<std::string>&)>& seen) const {
  const auto deadline = std::chrono::steady_clock::now() + kSoon;
  while (true) {
    std::vector<std::string> lines = screen();
    if (seen(lines)) return lines;
    if (std::chrono::steady_clock::now() < deadline) continue;
    FAIL("the screen did not come to show what it should; it shows:\n" << joined(lines));
  }
}

std::vector<std::string> Tmux::wait_for(const std::string& text) const {
  return wait_until([&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      if (line.find(text) != std::string::npos && !line.starts_with('[')) return true;
    }
    return false;
  });
}

int Tmux::wait_for_end() const {
  // The prompt counts commands, so that the one before is not taken for it.
  const std::string prompt = "] " + std::to_string(commands_ + 1) + ">";
  const auto lines =
      wait_until([&](const std::vector<std::string>& now) { return !now.empty() && now.back().ends_with(prompt); });
  // Before it may stand what the terminal shows of a key: `^C[130] 2>`.
  return std::stoi(lines.back().substr(lines.back().rfind('[') + 1));
}

std::string Tmux::title() const {
  return tmux("display-message -p '#{pane_title}'");
}

}  // namespace daybook::test
