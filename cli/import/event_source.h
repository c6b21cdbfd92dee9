// Turns an input into events by a mapping: what an import appends, without the log.
//
// Threads: one at a time. Owns: its readers and two runs; borrows the mapping.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "cli/import/import_source.h"
#include "cli/import/input_source.h"
#include "cli/import/input_window.h"
#include "cli/import/mapping.h"
#include "cli/import/row.h"
#include "cli/import/run.h"
#include "daybook/result.h"

namespace daybook::cli {

/// See above.
class EventSource final : public ImportSource {
 public:
  /// Opens `path` (`-`: standard input) and reads a CSV's header. Errors: `invalid` (a column that the mapping names is
  /// not there, an unreadable header), and those of InputSource. `mapping` outlives the source.
  [[nodiscard]] static Result<std::unique_ptr<EventSource>> open(const std::string& path, Mapping& mapping,
                                                                 BadRows bad_rows, StopRequested stop = {});

  [[nodiscard]] std::string key_conflict(Sequence sequence) const override;
  [[nodiscard]] const InputFile& file() const override { return input_.file(); }

 private:
  EventSource(InputSource input, Mapping& mapping, BadRows bad_rows);
  [[nodiscard]] Result<Step> read() override;
  [[nodiscard]] Rule* rule_for(const Row& row);
  [[nodiscard]] Checked<> take_row(const Row& row);
  void take_bad_row(const Row& row, const Problem& problem);
  void close_run();

  InputSource input_;
  InputWindow window_;
  Mapping& mapping_;
  std::unique_ptr<RowReader> reader_;
  std::array<Run, 2> runs_;
  Run* run_ = &runs_[0];   ///< The open one.
  Run* next_ = &runs_[1];  ///< Where a new one is begun, so that a bad first row leaves the open one alone.
  std::deque<Step> ready_;
  bool ended_ = false;
};

}  // namespace daybook::cli
