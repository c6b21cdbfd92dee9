// Colour is decoration: every word that it carries is also in the text, so piping loses nothing. Whether there is any
// is decided here and nowhere else.
#include "cli/style.h"

#include <unistd.h>

#include <cstdlib>

namespace daybook::cli {
namespace {

// The process has one command line, so it has one choice.
Colour g_choice = Colour::automatic;

}  // namespace

void choose_colour(Colour choice) {
  g_choice = choice;
}

Style Style::of(int descriptor) {
  if (g_choice != Colour::automatic) return Style(g_choice == Colour::always);
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return Style(false);
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb") return Style(false);
  return Style(::isatty(descriptor) == 1);
}

std::string Style::wrap(std::string_view code, std::string_view text) const {
  if (!colour_ || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += code;
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

}  // namespace daybook::cli
