// Prints rows of a projection's state one after the other, as JSON lines or as a table.
//
// Threads: one at a time. Owns: the rows of a table's page until they are printed.
#pragma once

#include <cstdint>
#include <string_view>

#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/projection/rows.h"
#include "cli/table.h"

namespace daybook::cli {

/// See above. Shape and output outlive it.
class RowPrinter {
 public:
  /// `label` is what the progress bar says.
  RowPrinter(std::string_view label, const RowShape& shape, bool json, Output& output);

  /// Counts a row that was read, for the bar.
  void count() { bar_.update({.items = ++rows_}); }
  /// False: there is no use in going on.
  bool print(const Row& row);
  /// Prints what is left and takes the bar away.
  void finish();

 private:
  void print_table();

  const RowShape& shape_;
  bool json_;
  Output& output_;
  Table table_;
  ProgressBar bar_;
  std::uint64_t rows_ = 0;
};

}  // namespace daybook::cli
