// Only people read tables; programs use --json. So alignment and readability come first, and a name as long as the
// limits allow (512 bytes) must not push every other row off the screen.
#include "cli/table.h"

#include <algorithm>

#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kGap = 2;
/// No column is padded beyond this; a longer cell moves the rest of its own row only.
constexpr std::size_t kPadMax = 60;

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)), widths_(columns_.size(), 0) {}

void Table::add_row(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  row.reserve(columns_.size());
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    row.push_back(at < cells.size() ? visible(cells[at]) : std::string());
    widths_[at] = std::max(widths_[at], std::min(display_width(row.back()), kPadMax));
  }
}

void Table::print(Output& output) {
  if (!header_printed_ && !rows_.empty() && (header_when_piped_ || output.terminal())) {
    std::vector<std::string> headers;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
      headers.push_back(columns_[at].header);
      widths_[at] = std::max(widths_[at], display_width(columns_[at].header));
    }
    print_row(output, headers, true);
    header_printed_ = true;
  }
  for (const std::vector<std::string>& row : rows_) print_row(output, row, false);
  rows_.clear();
}

void Table::print_row(Output& output, const std::vector<std::string>& cells, bool header) const {
  std::string line;
  for (std::size_t at = 0; at < columns_.size(); ++at) {
    const std::size_t width = display_width(cells[at]);
    const std::size_t pad = widths_[at] > width ? widths_[at] - width : 0;
    if (columns_[at].align == Align::right) line.append(pad, ' ');
    line += cells[at];
    if (at + 1 == columns_.size()) break;
    if (columns_[at].align == Align::left) line.append(pad, ' ');
    line.append(kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  if (output.terminal()) {
    line = clip(line, static_cast<std::size_t>(output.columns()));
  }
  if (header) line = output.style().bold(line);
  output.write(line + "\n");
}

}  // namespace daybook::cli
