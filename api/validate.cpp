// Checked before anything is queued, so that the sequencer meets only well-formed commits.
#include "api/validate.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "base/utf8.h"
#include "daybook/limits.h"
#include "schema/event_codec.h"

namespace daybook {
namespace {

std::unexpected<Error> too_large(std::string_view what, std::size_t actual, std::size_t max, std::string_view unit) {
  return fail(Code::too_large, std::string(what) + " has " + std::to_string(actual) + " " + std::string(unit) +
                                   "; at most " + std::to_string(max) + " are allowed");
}

/// A value that may be empty: UTF-8 without control characters.
Result<void> check_text(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return too_large(what, text.size(), bytes_max, "bytes");
  if (is_printable_ascii(text)) return {};
  if (!is_utf8(text)) return fail(Code::invalid, std::string(what) + " is not valid UTF-8");
  if (has_control_character(text)) return fail(Code::invalid, std::string(what) + " holds a control character");
  return {};
}

Result<void> check_metadata(const Event& event) {
  if (auto ok = check_name("a content type", event.content_type, kContentTypeBytesMax); !ok) return ok;
  if (event.traceparent) {
    if (auto ok = check_text("a traceparent", *event.traceparent, kTraceparentBytesMax); !ok) return ok;
  }
  if (event.headers.size() > kHeadersMax) return too_large("an event", event.headers.size(), kHeadersMax, "headers");
  std::size_t header_bytes = 0;
  for (const Header& header : event.headers) {
    if (auto ok = check_name("a header's name", header.name, kHeaderNameBytesMax); !ok) return ok;
    if (auto ok = check_text("a header's value", header.value, kHeaderBytesMax); !ok) return ok;
    header_bytes += header.name.size() + header.value.size();
  }
  if (header_bytes > kHeaderBytesMax) {
    return too_large("an event's headers together", header_bytes, kHeaderBytesMax, "bytes");
  }
  return {};
}

Result<void> check_event(const Event& event) {
  if (auto ok = check_own_name("a stream's name", event.stream, kStreamBytesMax); !ok) return ok;
  if (auto ok = check_own_name("a type's name", event.type, kTypeBytesMax); !ok) return ok;
  if (event.tags.size() > kTagsMax) return too_large("an event", event.tags.size(), kTagsMax, "tags");
  for (const std::string& tag : event.tags) {
    if (auto ok = check_own_name("a tag", tag, kTagBytesMax); !ok) return ok;
  }
  if (event.data.size() > kDataBytesMax) return too_large("an event's data", event.data.size(), kDataBytesMax, "bytes");
  return check_metadata(event);
}

Result<void> check_conditions(const Commit& commit) {
  const std::size_t conditions = commit.expected.size() + commit.fail_if_match.size();
  if (conditions > kCommitConditionsMax) return too_large("a commit", conditions, kCommitConditionsMax, "conditions");
  std::unordered_set<std::string_view> streams;
  for (const ExpectedVersion& expected : commit.expected) {
    if (auto ok = check_name("a stream's name", expected.stream, kStreamBytesMax); !ok) return ok;
    if (!streams.insert(expected.stream).second) {
      return fail(Code::invalid, "two expected versions of the stream " + expected.stream);
    }
  }
  for (const FailIfMatch& condition : commit.fail_if_match) {
    if (auto ok = condition.query.check(); !ok) return ok;
    if (condition.after > kSequenceMax) {
      return fail(Code::invalid, "a fail-if-match condition is after " + std::to_string(condition.after.value()) +
                                     ", which no sequence can be");
    }
  }
  return {};
}

}  // namespace

Result<void> check_name(std::string_view what, std::string_view name, std::size_t bytes_max) {
  if (name.empty()) return fail(Code::invalid, std::string(what) + " is empty");
  return check_text(what, name, bytes_max);
}

Result<void> check_own_name(std::string_view what, std::string_view name, std::size_t bytes_max) {
  if (auto ok = check_name(what, name, bytes_max); !ok) return ok;
  if (name.front() == '$') {
    return fail(Code::invalid, std::string(what) + " begins with `$`, which is daybook's own: " + std::string(name));
  }
  return {};
}

Result<void> check_commit(const Commit& commit) {
  if (commit.events.empty()) return fail(Code::invalid, "a commit needs at least one event");
  if (commit.events.size() > kCommitEventsMax) {
    return too_large("a commit", commit.events.size(), kCommitEventsMax, "events");
  }
  std::size_t bytes = 0;
  std::unordered_set<std::string_view> streams;
  const bool count_streams = commit.events.size() > kCommitStreamsMax;  // fewer events cannot write too many
  for (const Event& event : commit.events) {
    if (auto ok = check_event(event); !ok) return ok;
    bytes += 8 * encoded_words(event);
    if (count_streams) streams.insert(event.stream);
  }
  if (bytes > kCommitBytesMax) return too_large("a commit", bytes, kCommitBytesMax, "bytes as encoded");
  if (streams.size() > kCommitStreamsMax) return too_large("a commit", streams.size(), kCommitStreamsMax, "streams");
  return check_conditions(commit);
}

}  // namespace daybook
