// A terminal as a person has it: a shell in tmux, keys that are pressed, a screen that is looked at.
//
// Threads: one at a time. Owns: a tmux server of its own; the destructor ends it and what runs in it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace daybook::test {

/// A shell on a screen of its own. `daybook` is the binary under test; the prompt is `[EXIT CODE] NUMBER> `.
class Tmux {
 public:
  /// Whether there is a tmux to run; says so where there is none.
  [[nodiscard]] static bool available();

  Tmux(int columns, int rows, const std::string& directory);
  ~Tmux();
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  /// Types a command line and presses Enter.
  void type(const std::string& line);
  /// Presses a key by tmux's name for it, such as `C-c`.
  void press(const std::string& key);
  /// Waits until what runs there can know its new size.
  void resize(int columns, int rows);

  /// The lines of the screen, without blanks at their ends and without empty ones below.
  [[nodiscard]] std::vector<std::string> screen() const;
  /// The same, colours as escape sequences.
  [[nodiscard]] std::string screen_with_colour() const;
  /// Looks again and again until `seen` is true of the screen, and gives that screen back; fails the test, showing the
  /// last one, where that does not come soon.
  std::vector<std::string> wait_until(const std::function<bool(const std::vector<std::string>&)>& seen) const;
  /// Waits until some line holds `text`.
  std::vector<std::string> wait_for(const std::string& text) const;
  /// Waits for the prompt after a command: its exit code.
  int wait_for_end() const;
  /// What the title of the window is.
  [[nodiscard]] std::string title() const;

 private:
  [[nodiscard]] std::string tmux(const std::string& arguments) const;

  std::string socket_;
  int commands_ = 0;
};

}  // namespace daybook::test
