// Data is never taken apart and put together again: that would change numbers, escapes and blanks. It is either copied
// as it is, where a JSON line can hold it, or encoded.
#include "cli/event_json.h"

#include <cstdint>
#include <optional>

#include "cli/base64.h"
#include "cli/json_text.h"
#include "cli/time_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  append_json_string(out, text);
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  out += name;
  out += std::to_string(value);
}

void append_tags(std::string& out, const EventView& event) {
  out += ",\"tags\":[";
  for (std::size_t at = 0; at < event.tag_count(); ++at) {
    if (at > 0) out += ',';
    append_json_string(out, event.tag(at));
  }
  out += ']';
}

/// Writes the comma before every member but the first.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) {}
  void add(std::string_view name, std::string_view text) {
    if (count_++ > 0) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
    append_json_string(out_, text);
  }
  [[nodiscard]] bool any() const { return count_ > 0; }

 private:
  std::string& out_;
  std::size_t count_ = 0;
};

void append_metadata(std::string& out, const EventView& event) {
  out += ",\"metadata\":{";
  Members members(out);
  if (const auto correlation = event.correlation_id()) members.add("correlationId", correlation->text());
  if (const auto causation = event.causation_id()) members.add("causationId", causation->text());
  if (const auto traceparent = event.traceparent()) members.add("traceparent", *traceparent);
  if (event.header_count() > 0) {
    out += members.any() ? ",\"headers\":{" : "\"headers\":{";
    Members headers(out);
    for (std::size_t at = 0; at < event.header_count(); ++at) {
      const auto [name, value] = event.header(at);
      headers.add(name, value);
    }
    out += '}';
  }
  out += '}';
}

}  // namespace

bool is_json_line(std::string_view data) {
  // Blanks around it would be lost to whoever reads the line.
  return data.find_first_of("\n\r") == std::string_view::npos && trim_json(data).size() == data.size() && is_json(data);
}

void EventJson::append(std::string& out, const EventView& event) {
  if (time_text_.empty() || event.recorded_at() != time_) {
    time_ = event.recorded_at();
    time_text_.clear();
    append_time(time_text_, time_);
  }
  append_number(out, "{\"sequence\":", event.sequence().value());
  append_member(out, ",\"stream\":", event.stream());
  append_number(out, ",\"version\":", event.version().value());
  append_member(out, ",\"type\":", event.type());
  out += ",\"id\":\"";
  out += event.id().text();
  out += "\",\"time\":\"";
  out += time_text_;
  out += '"';
  if (const std::optional<Timestamp> occurred = event.occurred_at()) {
    out += ",\"occurredAt\":\"";
    append_time(out, *occurred);
    out += '"';
  }
  append_tags(out, event);
  append_member(out, ",\"contentType\":", event.content_type());
  append_data(out, event.data());
  append_metadata(out, event);
  out += '}';
}

void EventJson::append_data(std::string& out, std::string_view data) const {
  if (!is_json_line(data)) {
    out += ",\"dataBase64\":\"";
    append_base64(out, data);
    out += '"';
    return;
  }
  out += ",\"data\":";
  if (for_terminal_) {
    out += json_visible(data);
  } else {
    out += data;
  }
}

void append_appended_json(std::string& out, const Appended& appended) {
  append_number(out, "{\"firstSequence\":", appended.first.value());
  append_number(out, ",\"lastSequence\":", appended.last.value());
  out += ",\"versions\":{";
  bool first = true;
  for (const auto& [stream, version] : appended.versions) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, stream);
    append_number(out, ":", version.value());
  }
  out += appended.repeated ? "},\"repeated\":true}" : "},\"repeated\":false}";
}

}  // namespace daybook::cli
