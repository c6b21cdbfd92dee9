// Recorded events as lines for people: a row each, columns aligned.
//
// Threads: one at a time. Owns: the rows until they are printed.
#pragma once

#include <cstddef>
#include <string>

#include "daybook/event.h"

#include "cli/output.h"
#include "cli/table.h"

namespace daybook::cli {

/// `data` for a person: one line, without control characters; bytes that are no text are counted instead.
[[nodiscard]] std::string data_text(const EventView& event);

/// Prints `sequence, time, stream, version, type, tags, data`; the output outlives it.
class EventLines {
 public:
  explicit EventLines(Output& output);
  /// Adds an event, and prints when a page has come together.
  void add(const EventView& event);
  /// Prints what is left.
  void flush();

 private:
  Output& output_;
  Table table_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook::cli
