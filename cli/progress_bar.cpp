// A person who waits wants three numbers: how far, how fast, how long still. The time left follows from the average
// rate since the start, which is steadier than a window and right for work as even as ours.
#include "cli/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr auto kRefresh = std::chrono::milliseconds(100);
constexpr std::size_t kBarColumns = 20;

std::string with_thousands(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

std::string minutes_and_seconds(double seconds) {
  constexpr double kLongest = 359'999;  // 99:59:59
  const auto whole = static_cast<unsigned>(std::clamp(std::ceil(seconds), 0.0, kLongest));
  std::array<char, 24> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%u:%02u", whole / 60, whole % 60);
  }
  return text.data();
}

std::size_t columns_of_stderr() {
  struct winsize window{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0) return 80;
  return std::max<std::size_t>(window.ws_col, 2);
}

void write_to_stderr(std::string_view text) {
  const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);  // A bar that cannot be drawn is no reason to stop the work.
}

}  // namespace

std::string progress_line(std::string_view label, std::string_view unit, const Progress& progress,
                          std::chrono::nanoseconds elapsed, std::size_t columns) {
  const double seconds = std::chrono::duration<double>(elapsed).count();
  std::string line = visible(label);
  if (progress.total > 0) {
    const double share = std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarColumns));
    std::array<char, 8> percent{};
    std::snprintf(percent.data(), percent.size(), "%3d%%", static_cast<int>(share * 100));
    line.append(" [").append(filled, '#').append(kBarColumns - filled, '.').append("] ").append(percent.data());
  }
  line.append("  ").append(with_thousands(progress.items)).append(" ").append(visible(unit));
  if (seconds > 0) {
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.items) / seconds);
    line.append("  ").append(with_thousands(rate)).append("/s");
  }
  if (progress.total > 0 && progress.done > 0 && progress.done < progress.total) {
    const double left =
        seconds * static_cast<double>(progress.total - progress.done) / static_cast<double>(progress.done);
    line.append("  ").append(minutes_and_seconds(left)).append(" left");
  }
  return clip(line, columns);
}

ProgressBar::ProgressBar(std::string_view label, std::string_view unit, const Clock& clock)
    : label_(label),
      unit_(unit),
      clock_(clock),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(clock_.steady_now()),
      next_(start_ + kRefresh) {}

ProgressBar::ProgressBar(std::string_view label, std::string_view unit, const Output& output)
    : ProgressBar(label, unit) {
  terminal_ = terminal_ && !output.terminal();
}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::update(const Progress& progress) {
  if (!terminal_) return;
  const auto now = clock_.steady_now();
  if (now < next_) return;
  next_ = now + kRefresh;
  // One column stays free: a full line makes some terminals wrap, and then the line cannot be erased.
  const std::size_t columns = columns_of_stderr() - 1;
  std::string line = progress_line(label_, unit_, progress, now - start_, columns);
  const std::size_t width = display_width(line);
  // Blanks rub out what was longer before: every terminal knows them, a dumb one too.
  if (const std::size_t before = std::min(shown_columns_, columns); before > width) line.append(before - width, ' ');
  line.insert(line.begin(), '\r');
  write_to_stderr(line);
  shown_columns_ = width;
}

void ProgressBar::clear() {
  if (shown_columns_ == 0) return;
  // The whole line: the terminal may have shown a key behind the bar, such as ^C.
  const std::string blanks(columns_of_stderr() - 1, ' ');
  write_to_stderr("\r" + blanks + "\r");
  shown_columns_ = 0;
}

}  // namespace daybook::cli
