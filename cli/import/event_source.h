// Turns an input into events by a mapping: what an import appends, without the log.
//
// Threads: one at a time. Owns: its readers and two runs; borrows the mapping.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>

#include "cli/import/input_source.h"
#include "cli/import/input_window.h"
#include "cli/import/mapping.h"
#include "cli/import/row.h"
#include "cli/import/run.h"
#include "daybook/result.h"

namespace daybook::cli {

/// What to do at a row that cannot be taken.
enum class BadRows : std::uint8_t {
  stop,  ///< The run that is open is given up, and the import ends there.
  skip,  ///< The run that is open ends before it, and the import goes on behind it.
};

/// See above.
class EventSource {
 public:
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;

  /// The end of the input.
  struct End {};
  /// Many rows were read and made no event yet: a chance to look at the clock. Ask again.
  struct Pause {};
  using Step = std::variant<End, Pause, ImportedEvent, BadRow>;

  /// Opens `path` (`-`: standard input) and reads a CSV's header. Errors: `invalid` (a column that the mapping names is
  /// not there, an unreadable header), and those of InputSource. `mapping` outlives the source.
  [[nodiscard]] static Result<std::unique_ptr<EventSource>> open(const std::string& path, Mapping& mapping,
                                                                 BadRows bad_rows, StopRequested stop = {});

  /// The next event, bad row or the end, in the order of the input. With BadRows::stop nothing comes behind a bad row.
  /// Errors as in InputSource::read: what was returned before stands, the run that was open is given up.
  [[nodiscard]] Result<Step> next();

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t rows_skipped() const { return rows_skipped_; }
  [[nodiscard]] std::uint64_t rows_bad() const { return rows_bad_; }
  [[nodiscard]] BadRows bad_rows() const { return bad_rows_; }
  /// The file, and how much of it was read.
  [[nodiscard]] const InputFile& file() const { return input_.file(); }

 private:
  EventSource(InputSource input, Mapping& mapping, BadRows bad_rows);
  [[nodiscard]] Rule* rule_for(const Row& row);
  [[nodiscard]] Checked<> take_row(const Row& row);
  void take_bad_row(const Row& row, const Problem& problem);
  void close_run();

  InputSource input_;
  InputWindow window_;
  Mapping& mapping_;
  BadRows bad_rows_;
  std::unique_ptr<RowReader> reader_;
  std::array<Run, 2> runs_;
  Run* run_ = &runs_[0];   ///< The open one.
  Run* next_ = &runs_[1];  ///< Where a new one is begun, so that a bad first row leaves the open one alone.
  std::deque<Step> ready_;
  bool ended_ = false;
  std::uint64_t rows_ = 0;
  std::uint64_t rows_skipped_ = 0;
  std::uint64_t rows_bad_ = 0;
};

}  // namespace daybook::cli
