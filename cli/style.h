// Colour, where it helps: as `--color` says, else on a terminal, unless NO_COLOR is set.
//
// Threads: any; choose_colour() before any other. Owns: what `--color` chose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace daybook::cli {

/// What `--color` chooses. `always` and `never` win over NO_COLOR and TERM.
enum class Colour : std::uint8_t { automatic, always, never };

/// Keeps the choice for every Style made afterwards. The command line calls it before a command runs.
void choose_colour(Colour choice);

/// Wraps text in a colour, or leaves it alone. The text must be visible() already.
class Style {
 public:
  /// Plain text.
  Style() = default;
  explicit Style(bool colour) : colour_(colour) {}
  /// As choose_colour() said; automatically: when `descriptor` is a terminal that can (TERM is neither absent nor
  /// `dumb`), and NO_COLOR (no-color.org) is unset or empty.
  [[nodiscard]] static Style of(int descriptor);

  [[nodiscard]] bool colour() const { return colour_; }
  /// A header or a name that stands out.
  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  /// What matters less: times, units.
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
  /// Damage and failures.
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("31", text); }
  /// Success.
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("32", text); }
  /// Types of events.
  [[nodiscard]] std::string cyan(std::string_view text) const { return wrap("36", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const;

  bool colour_ = false;
};

}  // namespace daybook::cli
