// A line is a row, without exception: an empty line is a bad row, so that row N is always line N.
#include "cli/import/jsonl_rows.h"

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

JsonlRows::JsonlRows(InputWindow& window, const Mapping& mapping)
    : lines_(window, kRecordBytesMax), json_(paths_of(mapping)) {}

Result<std::unique_ptr<JsonlRows>> JsonlRows::open(InputWindow& window, const Mapping& mapping) {
  if (auto skipped = window.skip_byte_order_mark(); !skipped) return std::unexpected(skipped.error());
  return std::unique_ptr<JsonlRows>(new JsonlRows(window, mapping));
}

Result<RowReader::Step> JsonlRows::next() {
  const auto found = lines_.next();
  if (!found) return std::unexpected(found.error());
  if (!*found) return Step::end;
  row_.bytes = lines_.line();
  row_.line = ++row_.number;
  row_.values = {};
  if (lines_.is_overlong()) {
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
