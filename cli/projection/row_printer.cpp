// A state may be larger than memory, so a table's rows are aligned a page at a time.
#include "cli/projection/row_printer.h"

#include <string>
#include <vector>

#include "cli/interrupt.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kTableRows = 1000;

std::vector<Column> columns_of(const RowShape& shape) {
  std::vector<Column> columns{{std::string(shape.key_name), Align::left}};
  for (const RowField& field : shape.fields) columns.push_back({std::string(field.name), Align::right});
  return columns;
}

}  // namespace

RowPrinter::RowPrinter(std::string_view label, const RowShape& shape, bool json, Output& output)
    : shape_(shape), json_(json), output_(output), table_(columns_of(shape)), bar_(label, "rows", output) {
  table_.header_on_terminal_only();
}

bool RowPrinter::print(const Row& row) {
  if (json_) {
    append_row_json(output_.buffer(), shape_, row);
    output_.buffer().push_back('\n');
    output_.line_done();
    return output_.ok() && !interrupted();
  }
  std::vector<std::string> cells{row.key};
  for (std::size_t i = 0; i < shape_.fields.size(); ++i) cells.push_back(value_text(shape_.fields[i], row.values[i]));
  table_.add_row(cells);
  if (table_.row_count() >= kTableRows) print_table();
  return output_.ok() && !interrupted();
}

void RowPrinter::print_table() {
  if (!json_) table_.print(output_);
}

void RowPrinter::finish() {
  print_table();
  bar_.clear();
}

}  // namespace daybook::cli
