// Names are looked up once, at the header; a row then costs an index a column that the mapping names, and nothing for
// those that it does not.
#include "cli/import/csv_rows.h"

#include <algorithm>
#include <utility>

#include "cli/import/utf8.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kNamesListedMax = 20;

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kNamesListedMax); ++i) {
    out += (i == 0 ? "" : ", ") + quoted(names[i]);
  }
  return names.size() > kNamesListedMax ? out + ", ..." : out;
}

std::string count_of_fields(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " field" : " fields");
}

}  // namespace

CsvRows::CsvRows(InputWindow& window, const Mapping& mapping)
    : window_(window), mapping_(mapping), records_(window, mapping.delimiter), values_(mapping.columns.size()) {}

Result<std::unique_ptr<CsvRows>> CsvRows::open(InputWindow& window, const Mapping& mapping) {
  if (auto skipped = window.skip_byte_order_mark(); !skipped) return std::unexpected(skipped.error());
  std::unique_ptr<CsvRows> rows(new CsvRows(window, mapping));
  auto names = mapping.csv_columns ? Result<std::vector<std::string>>(*mapping.csv_columns) : rows->read_header();
  if (!names) return std::unexpected(names.error());
  rows->column_count_ = names->size();
  if (auto resolved = rows->resolve(*names); !resolved) return std::unexpected(resolved.error());
  return rows;
}

Result<std::vector<std::string>> CsvRows::read_header() {
  const auto found = records_.next();
  if (!found) return std::unexpected(found.error());
  if (!*found) {
    return fail(Code::invalid, window_.name() +
                                   ": is empty; a CSV file begins with a line of column names "
                                   "(or give the mapping `columns = [...]`)");
  }
  auto problem = records_.problem();
  if (const auto at = first_invalid_utf8(records_.bytes()); at && !problem) problem = {*at, "invalid UTF-8"};
  if (records_.field_count() > kColumnsMax && !problem) problem = {0, "more than 4096 columns"};
  if (problem) {
    const BadRow bad = bad_row(Row{.line = records_.line(), .bytes = records_.bytes()}, *problem);
    return fail(Code::invalid, window_.name() + ":" + std::to_string(bad.line) + ":" + std::to_string(bad.column) +
                                   " (the header): " + bad.reason);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < records_.field_count(); ++i) names.emplace_back(records_.field(i));
  return names;
}

Result<void> CsvRows::resolve(const std::vector<std::string>& names) {
  for (const MappedColumn& column : mapping_.columns) {
    const auto found = std::ranges::find(names, column.name);
    if (found == names.end()) {
      return fail(Code::invalid, mapping_.where(column.position) + "column " + quoted(column.name) + " is not in " +
                                     window_.name() + ", whose columns are " + list_of(names));
    }
    if (std::find(found + 1, names.end(), column.name) != names.end()) {
      return fail(Code::invalid, mapping_.where(column.position) + "column " + quoted(column.name) +
                                     " is in the header of " + window_.name() + " more than once");
    }
    field_of_column_.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return {};
}

Result<RowReader::Step> CsvRows::next() {
  const auto found = records_.next();
  if (!found) return std::unexpected(found.error());
  if (!*found) return Step::end;
  row_ = {.number = row_.number + 1, .line = records_.line(), .bytes = records_.bytes(), .values = {}};
  if (auto checked = check_record(); !checked) {
    problem_ = std::move(checked.error());
    return Step::bad_row;
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::size_t field = field_of_column_[i];
    values_[i] = {.kind = Value::Kind::text, .at = records_.field_at(field), .text = records_.field(field)};
  }
  row_.values = values_;
  return Step::row;
}

Checked<> CsvRows::check_record() {
  if (records_.problem()) return std::unexpected(*records_.problem());
  const std::size_t count = records_.field_count();
  if (count != column_count_) {
    const bool is_short = count < column_count_;
    const std::size_t at = is_short                      ? row_.bytes.size()
                           : column_count_ < kColumnsMax ? records_.field_at(column_count_)
                                                         : 0;
    return std::unexpected(Problem{at, std::string("the row is too ") + (is_short ? "short: " : "long: ") +
                                           count_of_fields(count) + " for " + std::to_string(column_count_) +
                                           (column_count_ == 1 ? " column" : " columns")});
  }
  if (const auto at = first_invalid_utf8(row_.bytes)) return std::unexpected(Problem{*at, "invalid UTF-8"});
  return {};
}

}  // namespace daybook::cli
