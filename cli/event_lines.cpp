// Columns need widths, and widths need rows; but a log may be larger than memory. So rows are aligned a page at a time,
// and a page is bounded in rows and in bytes.
#include "cli/event_lines.h"

#include "cli/json_door.h"
#include "cli/time_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kPageRows = 256;
constexpr std::size_t kPageBytes = 1024 * 1024;

}  // namespace

std::string data_text(const EventView& event) {
  const std::string_view data = event.data();
  if (is_utf8(data)) return visible(data);
  const std::string text = std::to_string(data.size()) + " bytes of " + visible(event.content_type());
  return std::string("(").append(text).append(")");
}

EventLines::EventLines(Output& output)
    : output_(output),
      table_(
          {{"sequence", Align::right}, {"time"}, {"stream"}, {"version", Align::right}, {"type"}, {"tags"}, {"data"}}) {
  table_.header_on_terminal_only();
}

void EventLines::add(const EventView& event) {
  std::string tags;
  for (std::size_t at = 0; at < event.tag_count(); ++at) {
    if (at > 0) tags += ' ';
    tags += event.tag(at);
  }
  std::string data = data_text(event);
  // What a terminal cannot show need not wait for its page; clip() marks the cut.
  if (output_.terminal()) data = clip(data, static_cast<std::size_t>(output_.columns()));
  bytes_ += data.size();
  table_.add_row({std::to_string(event.sequence().value()),
                  shown_time(output_, event.recorded_at(), Precision::milliseconds), std::string(event.stream()),
                  std::to_string(event.version().value()), std::string(event.type()), tags, std::move(data)});
  if (table_.row_count() >= kPageRows || bytes_ >= kPageBytes) flush();
}

void EventLines::flush() {
  table_.print(output_);
  output_.flush();
  bytes_ = 0;
}

}  // namespace daybook::cli
