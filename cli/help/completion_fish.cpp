// fish takes one declaration a flag; what it cannot know is which command the words before the cursor name, because a
// flag's value may look like a command. One function reads them, with a table of the flags that take a value; it is
// asked with a place where a command or a positional may stand, without one for flags and their values.
#include "cli/help/completion.h"

namespace daybook::cli {
namespace {

constexpr const char* kLoop = R"script(
function __daybook_at -a command place
  set -l path daybook
  set -l at 1
  set -l flag
  for word in (commandline -opc)[2..-1]
    if test -n "$flag"
      set flag
    else if string match -q -- '-*=*' $word
      continue
    else if string match -q -- '-*' $word
      __daybook_takes_value "$path $word"; and set flag $word
    else if contains -- "$path $word" $__daybook_commands
      set path "$path $word"
      set at 1
    else
      set at (math $at + 1)
    end
  end
  test "$path" = "$command"; or return 1
  test -z "$place"; or test -z "$flag" -a "$at" = "$place"
end
complete -c daybook -f
)script";

std::string fish_quoted(const std::string& text) {
  std::string slashed;
  for (const char c : text) slashed += c == '\\' ? "\\\\" : std::string(1, c);
  return shell_quoted(slashed, "\\'");
}

std::string condition(const std::string& command, const std::string& place = {}) {
  return " -n " + fish_quoted("__daybook_at \"" + command + "\"" + (place.empty() ? "" : " " + place));
}

/// `-x`: a value and no file names beside it.
std::string values_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::files:
      return " -r -F";
    case Argument::Completes::directories:
      return " -x -a '(__fish_complete_directories (commandline -ct))'";
    case Argument::Completes::nothing:
      return " -x";
    case Argument::Completes::words:
      break;
  }
  std::string words;
  for (const std::string& word : argument.words) words += (words.empty() ? "" : " ") + word;
  return " -x -a " + fish_quoted(words);
}

void add_flag(std::string& out, const Argument& flag, const std::string& when) {
  out.append("complete -c daybook").append(when).append(" -l ").append(flag.name.substr(2));
  if (!flag.short_name.empty()) out.append(" -s ").append(flag.short_name.substr(1));
  if (!flag.value.empty()) out.append(values_of(flag));
  out.append(" -d ").append(fish_quoted(flag.description)).append("\n");
}

void add_positional(std::string& out, const Page& page, std::size_t place) {
  const Argument& positional = page.positionals[place];
  const std::string when = condition(page.command, std::to_string(place + 1));
  if (positional.completes == Argument::Completes::nothing) return;
  const bool files = positional.completes == Argument::Completes::files;
  out.append("complete -c daybook").append(when).append(files ? " -F" : values_of(positional)).append("\n");
}

}  // namespace

std::string fish_completion(const Page& root, const std::vector<Argument>& globals) {
  std::string commands = "set -g __daybook_commands";
  std::string takes = "function __daybook_takes_value\n  switch $argv[1]\n";
  std::string declared;
  const auto takes_value = [&takes](const std::string& pattern) {
    takes.append("    case ").append(fish_quoted(pattern)).append("\n      return 0\n");
  };
  for (const Page* page : all_pages(root)) {
    for (const Page& command : page->commands) {
      commands.append(" ").append(fish_quoted(command.command));
      declared.append("complete -c daybook")
          .append(condition(page->command, "1"))
          .append(" -a ")
          .append(command.name());
      declared.append(" -d ").append(fish_quoted(command.summary)).append("\n");
    }
    for (const Argument& flag : page->flags) {
      if (!flag.value.empty()) takes_value(page->command + " " + flag.name);
      add_flag(declared, flag, condition(page->command));
    }
    for (std::size_t i = 0; i < page->positionals.size(); ++i) add_positional(declared, *page, i);
  }
  for (const Argument& flag : globals) {
    if (!flag.value.empty()) takes_value("* " + flag.name);
    add_flag(declared, flag, "");
  }
  return "# fish completion for daybook: daybook completion fish > ~/.config/fish/completions/daybook.fish\n" +
         commands + "\n" + takes + "  end\n  return 1\nend\n" + kLoop + declared;
}

}  // namespace daybook::cli
