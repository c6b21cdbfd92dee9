// Rows in aligned columns, for people.
//
// Threads: one at a time. Owns: the rows until they are printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"

namespace daybook::cli {

/// Where a cell stands in its column.
enum class Align : std::uint8_t { left, right };

/// A column's header and alignment.
struct Column {
  std::string header;
  Align align = Align::left;
};

/// Collects rows and prints them aligned under a header: lines clipped to a terminal, whole elsewhere, the header in
/// bold where there is colour. Cells are made visible(), and wide characters are counted. print() may be called
/// again and again, for an output larger than memory: columns then keep the widths they have reached.
class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// Prints no header when piped, for lists whose lines are counted.
  void header_on_terminal_only() { header_when_piped_ = false; }
  /// Adds a row of as many cells as there are columns.
  void add_row(const std::vector<std::string>& cells);
  [[nodiscard]] std::size_t row_count() const { return rows_.size(); }
  /// Prints the rows (the header once, before the first) and forgets them.
  void print(Output& output);

 private:
  void print_row(Output& output, const std::vector<std::string>& cells, bool header) const;

  std::vector<Column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool header_printed_ = false;
  bool header_when_piped_ = true;
};

}  // namespace daybook::cli
