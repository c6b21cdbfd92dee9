// Only the man macros that every renderer knows, and every character escaped that roff would act on: a minus must stay
// one that can be copied, and a dot or an apostrophe at the start of a line must not become a request.
#include "cli/help/man_page.h"

#include <algorithm>
#include <sstream>

#include "cli/help/reference.h"

namespace daybook::cli {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '\n':
        out += ' ';
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = escaped(text);
  for (std::size_t at = 0; (at = out.find('"', at)) != std::string::npos; at += 4) out.replace(at, 1, "\\(dq");
  return "\"" + out + "\"";
}

void add_heading(std::string& out, std::string_view heading) {
  out.append(".SH ").append(quoted(heading)).append("\n");
}

void add_entry(std::string& out, std::string_view title, std::string_view meaning) {
  out.append(".TP\n.B ").append(quoted(title)).append("\n").append(escaped(meaning)).append("\n");
}

void add_arguments(std::string& out, std::string_view heading, const std::vector<Argument>& arguments) {
  if (arguments.empty()) return;
  add_heading(out, heading);
  for (const Argument& argument : arguments) add_entry(out, argument.title(), argument.meaning() + ".");
}

void add_reference(std::string& out, std::string_view heading, std::span<const ReferenceEntry> entries) {
  add_heading(out, heading);
  for (const ReferenceEntry& entry : entries) add_entry(out, entry.name, std::string(entry.meaning) + ".");
}

}  // namespace

std::string man_page_name(const Page& page) {
  std::string name = page.command;
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string man_page(const Page& page, const std::vector<Argument>& globals, const std::vector<std::string>& see_also,
                     std::string_view version) {
  const std::string name = man_page_name(page);
  std::string title = name;
  std::ranges::transform(title, title.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::string out = ".TH " + quoted(title) + " 1 \"\" " + quoted("daybook " + std::string(version)) + " \"daybook\"\n";
  out.append(".nh\n.ad l\n");
  add_heading(out, "NAME");
  out.append(escaped(name)).append(" \\- ").append(escaped(page.summary)).append("\n");
  add_heading(out, "SYNOPSIS");
  out.append(".B ").append(quoted(page.synopsis())).append("\n");
  if (!page.details.empty()) {
    add_heading(out, "DESCRIPTION");
    std::istringstream lines(page.details);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) out.append(".PP\n").append(escaped(line)).append("\n");
    }
  }
  if (!page.commands.empty()) {
    add_heading(out, "COMMANDS");
    for (const Page& command : page.commands) add_entry(out, man_page_name(command) + "(1)", command.summary + ".");
  }
  add_arguments(out, "ARGUMENTS", page.positionals);
  add_arguments(out, "FLAGS", page.flags);
  add_arguments(out, "GLOBAL FLAGS", globals);
  add_reference(out, "EXIT STATUS", exit_code_reference());
  add_reference(out, "ENVIRONMENT", environment_reference());
  if (!page.examples.empty()) {
    add_heading(out, "EXAMPLES");
    out.append(".EX\n");
    for (const std::string& example : page.examples) out.append(escaped(example)).append("\n");
    out.append(".EE\n");
  }
  add_heading(out, "SEE ALSO");
  for (const std::string& other : see_also) {
    out.append(".BR ").append(quoted(other)).append(" (1)").append(&other == &see_also.back() ? "\n" : ",\n");
  }
  return out;
}

}  // namespace daybook::cli
