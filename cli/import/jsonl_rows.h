// The rows of a JSON-lines input: an object a line, LF or CRLF.
//
// Threads: one at a time. Owns: its parser; borrows the window.
#pragma once

#include <memory>

#include "cli/import/input_lines.h"
#include "cli/import/input_window.h"
#include "cli/import/json_reader.h"
#include "cli/import/mapping.h"
#include "cli/import/row.h"

namespace daybook::cli {

/// See above.
class JsonlRows final : public RowReader {
 public:
  /// Both arguments outlive the rows. Errors as in InputSource::read.
  [[nodiscard]] static Result<std::unique_ptr<JsonlRows>> open(InputWindow& window, const Mapping& mapping);

  [[nodiscard]] Result<Step> next() override;
  [[nodiscard]] const Row& row() const override { return row_; }
  [[nodiscard]] const Problem& problem() const override { return problem_; }

 private:
  JsonlRows(InputWindow& window, const Mapping& mapping);

  InputLines lines_;
  JsonReader json_;
  Row row_;
  Problem problem_;
};

}  // namespace daybook::cli
