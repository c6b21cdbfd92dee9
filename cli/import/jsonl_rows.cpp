// A line is a row, without exception: an empty line is a bad row, so that row N is always line N.
#include "cli/import/jsonl_rows.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "cli/import/utf8.h"

namespace daybook::cli {
namespace {

std::vector<std::string> paths_of(const Mapping& mapping) {
  std::vector<std::string> paths;
  for (const MappedColumn& column : mapping.columns) paths.push_back(column.name);
  return paths;
}

}  // namespace

JsonlRows::JsonlRows(InputWindow& window, const Mapping& mapping) : window_(window), json_(paths_of(mapping)) {}

Result<std::unique_ptr<JsonlRows>> JsonlRows::open(InputWindow& window, const Mapping& mapping) {
  if (auto skipped = window.skip_byte_order_mark(); !skipped) return std::unexpected(skipped.error());
  return std::unique_ptr<JsonlRows>(new JsonlRows(window, mapping));
}

/// Makes row_.bytes the next line; false at the end. Of a line that is too long only the end is looked for.
Result<bool> JsonlRows::next_line() {
  window_.consume(std::exchange(consume_next_, 0));
  overlong_ = false;
  std::size_t searched = 0;
  std::size_t line_end_bytes = 1;
  while (true) {
    const std::string_view text = window_.ahead();
    const std::size_t end = text.find('\n', searched);
    if (end != std::string_view::npos) {
      row_.bytes = text.substr(0, end);
      break;
    }
    searched = text.size();
    if (searched > kRecordBytesMax) {
      overlong_ = true;
      window_.consume(std::exchange(searched, 0));
    }
    const auto more = window_.more();
    if (!more) return std::unexpected(more.error());
    if (*more) continue;
    if (searched == 0 && !overlong_) return false;
    row_.bytes = window_.ahead();
    line_end_bytes = 0;
    break;
  }
  consume_next_ = row_.bytes.size() + line_end_bytes;
  if (row_.bytes.size() > kRecordBytesMax) overlong_ = true;
  if (line_end_bytes > 0 && row_.bytes.ends_with('\r')) row_.bytes.remove_suffix(1);
  return true;
}

Result<RowReader::Step> JsonlRows::next() {
  const auto found = next_line();
  if (!found) return std::unexpected(found.error());
  if (!*found) return Step::end;
  row_.line = ++row_.number;
  row_.values = {};
  if (overlong_) {
    problem_ = {0, "the row is longer than 8 MiB"};
    return Step::bad_row;
  }
  if (const auto at = first_invalid_utf8(row_.bytes)) {
    problem_ = {*at, "invalid UTF-8"};
    return Step::bad_row;
  }
  if (auto parsed = json_.parse(row_.bytes); !parsed) {
    problem_ = std::move(parsed.error());
    return Step::bad_row;
  }
  row_.values = json_.values();
  return Step::row;
}

}  // namespace daybook::cli
