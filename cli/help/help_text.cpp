// CLI11's own help neither wraps lines nor tells a command's summary from its details; so it only hands over the app.
#include "cli/help/help_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>

#include "cli/help/reference.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kColumnsPiped = 100;
constexpr std::size_t kColumnsMax = 110;
constexpr std::size_t kColumnsMin = 40;
constexpr std::size_t kTitleMax = 26;

/// `text` in lines of at most `columns`, all but the first behind `indent` blanks.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t columns) {
  std::string out;
  std::size_t at = indent;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (at > indent && at + 1 + word.size() > columns) {
      out.append("\n").append(indent, ' ');
      at = indent;
    }
    if (at > indent) {
      out.push_back(' ');
      ++at;
    }
    out.append(word);
    at += word.size();
  }
  return out;
}

/// A heading and a list of titles with what they mean beside them.
class Section {
 public:
  explicit Section(std::string heading) : heading_(std::move(heading)) {}
  void add(std::string_view title, std::string meaning) {
    entries_.push_back({std::string(title), std::move(meaning)});
  }

  [[nodiscard]] std::string text(std::size_t columns) const {
    if (entries_.empty()) return {};
    std::size_t width = 0;
    for (const Entry& entry : entries_) width = std::max(width, std::min(entry.title.size(), kTitleMax));
    std::string out = "\n" + heading_ + ":\n";
    for (const Entry& entry : entries_) {
      out.append("  ").append(entry.title);
      if (entry.title.size() > width) {
        out.append("\n").append(width + 4, ' ');
      } else {
        out.append(width + 2 - entry.title.size(), ' ');
      }
      out.append(wrapped(entry.meaning, width + 4, columns)).append("\n");
    }
    return out;
  }

 private:
  struct Entry {
    std::string title;
    std::string meaning;
  };
  std::string heading_;
  std::vector<Entry> entries_;
};

Section section_of(const std::string& heading, const std::vector<Argument>& arguments) {
  Section section(heading);
  for (const Argument& argument : arguments) section.add(argument.title(), argument.meaning());
  return section;
}

std::string paragraphs(const std::string& text, std::size_t columns) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out.append("\n").append(wrapped(line, 0, columns)).append("\n");
  }
  return out;
}

std::size_t columns_of_stdout() {
  struct winsize window{};
  if (::isatty(STDOUT_FILENO) != 1) return kColumnsPiped;
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return 80;
  return std::clamp<std::size_t>(window.ws_col, kColumnsMin, kColumnsMax);
}

class PageFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    return help_text(page_of(*app), global_flags(*app), columns_of_stdout());
  }
};

}  // namespace

std::string help_text(const Page& page, const std::vector<Argument>& globals, std::size_t columns) {
  const bool topmost = page.command.find(' ') == std::string::npos;
  std::string out = wrapped(page.summary, 0, columns) + "\n" + paragraphs(page.details, columns);
  out.append("\nUsage: ").append(wrapped(page.synopsis(), 7, columns)).append("\n");
  Section commands("Commands");
  for (const Page& command : page.commands) commands.add(command.name(), command.summary);
  out.append(commands.text(columns));
  out.append(section_of("Arguments", page.positionals).text(columns));
  out.append(section_of("Flags", page.flags).text(columns));
  out.append(section_of("Global flags, before or after the command", globals).text(columns));
  if (topmost) {
    Section codes("Exit codes");
    for (const ReferenceEntry& entry : exit_code_reference()) codes.add(entry.name, std::string(entry.meaning));
    Section environment("Environment");
    for (const ReferenceEntry& entry : environment_reference()) environment.add(entry.name, std::string(entry.meaning));
    out.append(codes.text(columns)).append(environment.text(columns));
  }
  if (!page.examples.empty()) out.append("\nExamples:\n");
  for (const std::string& example : page.examples) out.append("  ").append(example).append("\n");
  if (!page.commands.empty()) {
    out.append("\n`").append(page.command).append(" COMMAND --help` says all of a command.\n");
  }
  return out;
}

void use_help_text(CLI::App& app) {
  app.formatter(std::make_shared<PageFormatter>());
}

}  // namespace daybook::cli
