// What there is to know of a command: --help, the man pages and the completions are all made of this, and this is made
// of the commands themselves as they are declared to CLI11. So nothing is listed twice.
//
// Threads: the main thread. Owns: its texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace daybook::cli {

/// A flag, or a word that stands for itself by its place.
struct Argument {
  /// What a shell can put there.
  enum class Completes : std::uint8_t { nothing, words, files, directories };

  std::string name;         ///< `--from`, or a positional's name.
  std::string short_name;   ///< `-h`; mostly empty.
  std::string value;        ///< What its value is called: `N`, `FILE`, `fsync|buffered`; empty for a switch.
  std::string description;  ///< One sentence or several, without a full stop at the end.
  bool required = false;
  bool repeated = false;  ///< May be given several times.
  Completes completes = Completes::nothing;
  std::vector<std::string> words{};  ///< The values there are, with Completes::words.
  /// As it is written in a list: `--from N`.
  [[nodiscard]] std::string title() const;
  /// The description, with what else is to be known of it.
  [[nodiscard]] std::string meaning() const;
};

/// A command, or a group of commands.
struct Page {
  std::string command;  ///< `daybook projection run`.
  std::string summary;  ///< One line, as in a list of commands.
  std::string details;  ///< More of it, in paragraphs; may be empty.
  std::vector<Argument> positionals;
  std::vector<Argument> flags;
  std::vector<Page> commands;         ///< Those below; a group does nothing by itself.
  std::vector<std::string> examples;  ///< Whole command lines.
  /// The last word of `command`.
  [[nodiscard]] std::string name() const;
  /// `daybook read [FLAGS]`, without the flags that every command takes.
  [[nodiscard]] std::string synopsis() const;
};

/// The page of `app` and those below it. Hidden commands have none.
[[nodiscard]] Page page_of(const CLI::App& app);
/// The flags that every command takes: those of the topmost app above `app`.
[[nodiscard]] std::vector<Argument> global_flags(const CLI::App& app);

}  // namespace daybook::cli
