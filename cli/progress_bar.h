// How far a long command is: one line on stderr, on a terminal only.
//
// Threads: one at a time. Owns: the terminal's current line while it is shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daybook/clock.h"

#include "cli/output.h"

namespace daybook::cli {

/// How far it is. `done` of `total` gives the share and the time left; `items` gives the rate.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: unknown; then there is a rate only.
  std::uint64_t items = 0;
};

/// The line that a bar shows: at most `columns` wide, without control characters.
[[nodiscard]] std::string progress_line(std::string_view label, std::string_view unit, const Progress& progress,
                                        std::chrono::nanoseconds elapsed, std::size_t columns);

/// Shows progress at most ten times a second. Where stderr is no terminal it does nothing at all.
class ProgressBar {
 public:
  /// `label` says what is done, such as `import`; `unit` what is counted, such as `events`.
  ProgressBar(std::string_view label, std::string_view unit, const Clock& clock = Clock::system());
  /// For a command that prints while it works: where `output` goes to a terminal, that shows how far it is, and there
  /// is no bar.
  ProgressBar(std::string_view label, std::string_view unit, const Output& output);
  /// Erases the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Cheap enough for every row: it looks at the clock and mostly returns.
  void update(const Progress& progress);
  /// Erases the line, so that something else can be printed. A later update() shows it again.
  void clear();

 private:
  std::string label_;
  std::string unit_;
  const Clock& clock_;
  bool terminal_;
  std::size_t shown_columns_ = 0;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace daybook::cli
