// Recorded events on standard output, in the form that was asked for: a JSON object a line, or a table's row.
//
// Threads: one at a time. Owns: what is not printed yet.
#pragma once

#include "daybook/event.h"

#include "cli/event_json.h"
#include "cli/event_lines.h"
#include "cli/output.h"

namespace daybook::cli {

/// Prints events in the order given; the output outlives it.
class EventPrinter {
 public:
  EventPrinter(Output& output, bool json) : output_(output), json_(json), writer_(output.terminal()), lines_(output) {}

  /// Prints `event` as soon as enough has come together for one write.
  void add(const EventView& event);
  /// Prints what is left, now.
  void flush();

 private:
  Output& output_;
  bool json_;
  EventJson writer_;
  EventLines lines_;
};

}  // namespace daybook::cli
