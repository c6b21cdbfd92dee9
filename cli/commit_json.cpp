// The event form is what `read --json` prints, so that a log can be piped into another one. It is strict beyond that:
// a field that nobody knows is more likely a slip (`tag` for `tags`) than a wish, and appended is for ever.
#include "cli/commit_json.h"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "cli/base64.h"
#include "cli/flags.h"
#include "cli/query_json.h"
#include "cli/time_text.h"

namespace daybook::cli {
namespace {

using Kind = JsonValue::Kind;

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::invalid, std::move(message));
}

Result<std::string> text_of(const std::string& name, const JsonValue& json) {
  if (json.kind != Kind::string) return wrong("'" + name + "' must be a string");
  return json.text;
}

Result<std::uint64_t> count_of(const std::string& name, const JsonValue& json) {
  const std::optional<std::uint64_t> count =
      json.kind == Kind::number ? parse_count(json.raw, kSequenceMax.value()) : std::nullopt;
  if (!count) {
    return wrong("'" + name + "' must be a whole number from 0 to " + std::to_string(kSequenceMax.value()));
  }
  return *count;
}

Result<Uuid> uuid_of(const std::string& name, const JsonValue& json) {
  const std::optional<Uuid> uuid = json.kind == Kind::string ? Uuid::parse(json.text) : std::nullopt;
  if (!uuid) return wrong("'" + name + "' must be a UUID such as \"01890a5d-ac96-774b-bcce-b302099a8057\"");
  return *uuid;
}

/// Moves a result into its place, or hands its error on.
template <class T, class Place>
Result<void> put(Result<T> value, Place& place) {
  if (!value) return std::unexpected(std::move(value.error()));
  place = std::move(*value);
  return {};
}

/// Calls `read(name, value)` for each member; a name that comes twice is an error.
template <class Read>
Result<void> each_member(const JsonValue& object, Read read) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : object.members) {
    if (!seen.insert(name).second) return wrong("'" + name + "' is given twice");
    if (Result<void> result = read(name, value); !result) return result;
  }
  return {};
}

Result<void> read_tags(const JsonValue& json, Event& event) {
  if (json.kind != Kind::array) return wrong("'tags' must be an array of strings");
  for (const JsonValue& tag : json.elements) {
    if (tag.kind != Kind::string) return wrong("'tags' must be an array of strings");
    event.tags.push_back(tag.text);
  }
  return {};
}

Result<void> read_time(const JsonValue& json, Event& event) {
  event.occurred_at = json.kind == Kind::string ? parse_time(json.text) : std::nullopt;
  if (!event.occurred_at) return wrong("'occurredAt' must be a time such as \"2011-12-09T12:50:00Z\"");
  return {};
}

Result<void> read_headers(const JsonValue& json, Event& event) {
  if (json.kind != Kind::object) return wrong("'headers' must be an object of strings");
  // A header's name may come twice: the library allows it, so what `read` printed can be read back.
  for (const auto& [name, value] : json.members) {
    if (value.kind != Kind::string) return wrong("'headers' must be an object of strings");
    event.headers.push_back({name, value.text});
  }
  return {};
}

Result<void> read_metadata(const JsonValue& json, Event& event) {
  if (json.kind != Kind::object) return wrong("'metadata' must be an object");
  return each_member(json, [&event](const std::string& name, const JsonValue& value) -> Result<void> {
    if (name == "correlationId") return put(uuid_of(name, value), event.correlation_id);
    if (name == "causationId") return put(uuid_of(name, value), event.causation_id);
    if (name == "traceparent") return put(text_of(name, value), event.traceparent);
    if (name == "headers") return read_headers(value, event);
    return wrong("'metadata' has an unknown field '" + name + "'");
  });
}

Result<void> read_base64(const JsonValue& json, Event& event) {
  std::optional<std::string> data = json.kind == Kind::string ? decode_base64(json.text) : std::nullopt;
  if (!data) return wrong("'dataBase64' must be a string of padded base64");
  event.data = std::move(*data);
  return {};
}

Result<void> read_event_field(const std::string& name, const JsonValue& json, Event& event) {
  if (name == "sequence" || name == "version" || name == "time") return {};  // The log gives its own.
  if (name == "stream") return put(text_of(name, json), event.stream);
  if (name == "type") return put(text_of(name, json), event.type);
  if (name == "id") return put(uuid_of(name, json), event.id);
  if (name == "occurredAt") return read_time(json, event);
  if (name == "tags") return read_tags(json, event);
  if (name == "contentType") return put(text_of(name, json), event.content_type);
  if (name == "metadata") return read_metadata(json, event);
  if (name == "dataBase64") return read_base64(json, event);
  if (name == "data") {
    event.data = json.raw;
    return {};
  }
  return wrong("unknown field '" + name + "'");
}

Result<Event> read_event(const JsonValue& json, const std::string& stream_default) {
  if (json.kind != Kind::object) return wrong("an event must be an object");
  Event event{.stream = stream_default, .type = ""};
  bool has_type = false;
  int data_fields = 0;
  Result<void> read = each_member(json, [&](const std::string& name, const JsonValue& value) -> Result<void> {
    has_type = has_type || name == "type";
    data_fields += name == "data" || name == "dataBase64" ? 1 : 0;
    return read_event_field(name, value, event);
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (event.stream.empty()) return wrong("'stream' is missing or empty");
  if (!has_type) return wrong("'type' is missing");
  if (data_fields != 1) return wrong("an event has either 'data' or 'dataBase64'");
  return event;
}

Result<void> read_expected_streams(const JsonValue& json, Commit& commit) {
  if (json.kind != Kind::object) return wrong("'expectedStreams' must be an object of streams and versions");
  return each_member(json, [&commit](const std::string& stream, const JsonValue& value) -> Result<void> {
    const Result<std::uint64_t> version = count_of("expectedStreams: " + stream, value);
    if (!version) return std::unexpected(version.error());
    commit.expected.push_back({stream, Version(*version)});
    return {};
  });
}

/// What the fields of the commit form say beside its events.
struct CommitFields {
  std::string stream;
  std::optional<std::uint64_t> expected;
  std::optional<Query> fail_if_match;
  std::optional<std::uint64_t> after;
  const JsonValue* events = nullptr;
};

Result<void> read_commit_field(const std::string& name, const JsonValue& json, Commit& commit, CommitFields& fields) {
  if (name == "stream") return put(text_of(name, json), fields.stream);
  if (name == "expected") return put(count_of(name, json), fields.expected);
  if (name == "expectedStreams") return read_expected_streams(json, commit);
  if (name == "failIfMatch") return put(query_of_json(json), fields.fail_if_match);
  if (name == "after") return put(count_of(name, json), fields.after);
  if (name == "key") return put(uuid_of(name, json), commit.key);
  if (name == "events") {
    fields.events = &json;
    return {};
  }
  return wrong("unknown field '" + name + "' beside 'events'");
}

Result<Commit> read_commit(const JsonValue& json) {
  Commit commit;
  CommitFields fields;
  Result<void> read = each_member(json, [&](const std::string& name, const JsonValue& value) {
    return read_commit_field(name, value, commit, fields);
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (fields.events->kind != Kind::array || fields.events->elements.empty()) {
    return wrong("'events' must be an array of at least one event");
  }
  if (fields.expected) {
    if (fields.stream.empty()) return wrong("'expected' needs 'stream' beside it, or use 'expectedStreams'");
    commit.expected.push_back({fields.stream, Version(*fields.expected)});
  }
  if (fields.after && !fields.fail_if_match) return wrong("'after' needs 'failIfMatch' beside it");
  if (fields.fail_if_match) {
    commit.fail_if_match.push_back({std::move(*fields.fail_if_match), Sequence(fields.after.value_or(0))});
  }
  std::size_t number = 0;
  for (const JsonValue& element : fields.events->elements) {
    ++number;
    Result<Event> event = read_event(element, fields.stream);
    if (!event) return wrong("event " + std::to_string(number) + ": " + event.error().message);
    commit.events.push_back(std::move(*event));
  }
  return commit;
}

/// What `export --skip-damaged` says in place of events that it could not read.
std::unexpected<Error> gap_error(const JsonValue& gap) {
  std::string from = "?";
  std::string through = "?";
  std::string reason;
  for (const auto& [name, value] : gap.members) {
    if (name == "from") from = value.raw;
    if (name == "through") through = value.raw;
    if (name == "reason") reason = value.text;
  }
  return wrong("a gap: the events " + from + " through " + through + " could not be read when this was exported" +
               (reason.empty() ? reason : " (" + reason + ")"));
}

}  // namespace

Result<Commit> CommitJson::parse(std::string_view line) {
  Result<JsonValue> json = parser_.parse(line);
  if (!json) return std::unexpected(std::move(json.error()));
  if (json->kind != Kind::object) return wrong("it must be a JSON object, an event or a commit");
  for (const auto& [name, value] : json->members) {
    if (name == "events") return read_commit(*json);
    if (name == "gap") return gap_error(value);
  }
  Result<Event> event = read_event(*json, "");
  if (!event) return std::unexpected(std::move(event.error()));
  Commit commit;
  commit.events.push_back(std::move(*event));
  return commit;
}

}  // namespace daybook::cli
