// What is read of a line that is too long is dropped as it comes, so its length costs time but no memory.
#include "cli/import/input_lines.h"

#include <utility>

namespace daybook::cli {

Result<bool> InputLines::next() {
  window_.consume(std::exchange(consume_next_, 0));
  overlong_ = false;
  std::size_t searched = 0;
  std::size_t line_end_bytes = 1;
  while (true) {
    const std::string_view text = window_.ahead();
    const std::size_t end = text.find('\n', searched);
    if (end != std::string_view::npos) {
      line_ = text.substr(0, end);
      break;
    }
    searched = text.size();
    if (searched > bytes_max_) {
      overlong_ = true;
      window_.consume(std::exchange(searched, 0));
    }
    const auto more = window_.more();
    if (!more) return std::unexpected(more.error());
    if (*more) continue;
    if (searched == 0 && !overlong_) return false;
    line_ = window_.ahead();
    line_end_bytes = 0;
    break;
  }
  consume_next_ = line_.size() + line_end_bytes;
  if (line_.size() > bytes_max_) overlong_ = true;
  if (line_end_bytes > 0 && line_.ends_with('\r')) line_.remove_suffix(1);
  return true;
}

}  // namespace daybook::cli
