// A value's name says what may stand there: `a|b` in small letters are the words there are, FILE... names a file,
// DIR a directory. Those names are what a person reads in --help, too.
#include "cli/help/page.h"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

namespace daybook::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

bool is_word(const std::string& text) {
  return !text.empty() && text != "-" &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

Argument argument_of(const CLI::Option& option) {
  Argument argument;
  if (option.get_positional()) {
    argument.name = option.get_name(true, false);
    std::ranges::transform(argument.name, argument.name.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  } else if (!option.get_lnames().empty()) {
    argument.name = "--" + option.get_lnames().front();
  }
  if (!option.get_snames().empty()) argument.short_name = "-" + option.get_snames().front();
  if (option.get_type_size() != 0) argument.value = option.get_type_name();
  argument.description = option.get_description();
  argument.required = option.get_required();
  argument.repeated = option.get_expected_max() == CLI::detail::expected_max_vector_size;
  std::vector<std::string> words = split(argument.value, '|');
  if (!words.empty() && std::ranges::all_of(words, is_word)) {
    argument.completes = Argument::Completes::words;
    argument.words = std::move(words);
  } else if (argument.value.starts_with("FILE")) {
    argument.completes = Argument::Completes::files;
  } else if (argument.value.starts_with("DIR")) {
    argument.completes = Argument::Completes::directories;
  }
  return argument;
}

std::string command_of(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return command_of(*app.get_parent()) + " " + app.get_name();
}

const CLI::App& topmost(const CLI::App& app) {
  return app.get_parent() == nullptr ? app : topmost(*app.get_parent());
}

bool shown(const CLI::Option* option) {
  return !option->get_group().empty();
}

}  // namespace

std::string Argument::title() const {
  std::string title = short_name.empty() ? name : short_name + ", " + name;
  if (name.starts_with("-") && !value.empty()) title += " " + value;
  return title;
}

std::string Argument::meaning() const {
  const bool flag = name.starts_with("-");
  std::string text = description;
  if (!flag && completes == Completes::words) text += ": " + value;
  if (flag && required) text += " (required)";
  return text;
}

std::string Page::name() const {
  return command.substr(command.rfind(' ') + 1);
}

std::string Page::synopsis() const {
  std::string text = command;
  for (const Argument& flag : flags) {
    if (flag.required) text += " " + flag.title();
  }
  if (std::ranges::any_of(flags, [](const Argument& flag) { return !flag.required; })) text += " [FLAGS]";
  for (const Argument& positional : positionals) {
    text += positional.required ? " " + positional.name : " [" + positional.name + "]";
  }
  if (!commands.empty()) text += " COMMAND";
  return text;
}

Page page_of(const CLI::App& app) {
  Page page;
  page.command = command_of(app);
  const std::string description = app.get_description();
  const std::size_t end = std::min(description.find('\n'), description.size());
  page.summary = description.substr(0, end);
  page.details = description.substr(std::min(description.find_first_not_of('\n', end), description.size()));
  page.examples = split(app.get_footer(), '\n');
  if (app.get_parent() != nullptr) {
    for (const CLI::Option* option : app.get_options(shown)) {
      if (option == app.get_help_ptr()) continue;  // Every command has it: it is among the global ones.
      (option->get_positional() ? page.positionals : page.flags).push_back(argument_of(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    page.commands.push_back(page_of(*command));
  }
  return page;
}

std::vector<Argument> global_flags(const CLI::App& app) {
  std::vector<Argument> flags;
  for (const CLI::Option* option : topmost(app).get_options(shown)) flags.push_back(argument_of(*option));
  return flags;
}

}  // namespace daybook::cli
