// The rows of a CSV input: records with the header's (or the mapping's) columns, checked for form.
//
// Threads: one at a time. Owns: one row's values; borrows the window and the mapping.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/import/csv_records.h"
#include "cli/import/mapping.h"
#include "cli/import/row.h"

namespace daybook::cli {

/// See above.
class CsvRows final : public RowReader {
 public:
  /// Reads the header, unless the mapping gives the columns. `invalid` when the header is unreadable or lacks a column
  /// that the mapping names. Both arguments outlive the rows.
  [[nodiscard]] static Result<std::unique_ptr<CsvRows>> open(InputWindow& window, const Mapping& mapping);

  [[nodiscard]] Result<Step> next() override;
  [[nodiscard]] const Row& row() const override { return row_; }
  [[nodiscard]] const Problem& problem() const override { return problem_; }

 private:
  CsvRows(InputWindow& window, const Mapping& mapping);
  [[nodiscard]] Result<std::vector<std::string>> read_header();
  [[nodiscard]] Result<void> resolve(const std::vector<std::string>& names);
  [[nodiscard]] Checked<> check_record();

  InputWindow& window_;
  const Mapping& mapping_;
  CsvRecords records_;
  std::size_t column_count_ = 0;
  std::vector<std::size_t> field_of_column_;  ///< By the mapping's columns: the index in the record.
  std::vector<Value> values_;
  Row row_;
  Problem problem_;
};

}  // namespace daybook::cli
