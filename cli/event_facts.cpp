// The order is that of the JSON form, so that who knows one finds a field in the other.
#include "cli/event_facts.h"

#include <string>

#include "cli/event_lines.h"
#include "cli/time_text.h"

namespace daybook::cli {

void add_event_facts(FactList& facts, const EventView& event, const Output& output) {
  facts.add("sequence", std::to_string(event.sequence().value()));
  facts.add("stream", std::string(event.stream()));
  facts.add("version", std::to_string(event.version().value()));
  facts.add("type", std::string(event.type()));
  facts.add("id", event.id().text());
  facts.add("time", shown_time(output, event.recorded_at(), Precision::nanoseconds));
  if (const auto occurred = event.occurred_at()) {
    facts.add("occurred at", shown_time(output, *occurred, Precision::nanoseconds));
  }
  for (std::size_t at = 0; at < event.tag_count(); ++at) facts.add("tag", std::string(event.tag(at)));
  if (const auto correlation = event.correlation_id()) facts.add("correlation", correlation->text());
  if (const auto causation = event.causation_id()) facts.add("causation", causation->text());
  if (const auto traceparent = event.traceparent()) facts.add("traceparent", std::string(*traceparent));
  for (std::size_t at = 0; at < event.header_count(); ++at) {
    const auto [name, value] = event.header(at);
    facts.add("header", std::string(name) + ": " + std::string(value));
  }
  facts.add("content type", std::string(event.content_type()));
  facts.add("data", data_text(event));
}

}  // namespace daybook::cli
