// Events leave in large writes; a command that shows them as they come flushes each time it has to wait.
#include "cli/event_printer.h"

namespace daybook::cli {

void EventPrinter::add(const EventView& event) {
  if (!json_) return lines_.add(event);
  writer_.append(output_.buffer(), event);
  output_.buffer() += '\n';
  output_.line_done();
}

void EventPrinter::flush() {
  lines_.flush();
  output_.flush();
}

}  // namespace daybook::cli
