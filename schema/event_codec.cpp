// An event is built once, by the thread that appends it, at its exact size and in place: sealing a block is then a
// memcpy. The sizes below follow from Cap'n Proto's encoding (https://capnproto.org/encoding.html): they are
// asserted after each build, so a schema change that forgets them cannot pass a test.
#include "schema/event_codec.h"

#include <cstring>

#include <capnp/message.h>
#include <event.capnp.h>

#include "base/bytes.h"
#include "base/check.h"

namespace daybook {
namespace {

constexpr std::size_t kRootWords = 1;
constexpr std::size_t kEventDataWords = 9;
constexpr std::size_t kEventPointerWords = 7;

std::size_t text_words(std::string_view text) {
  return text.size() / 8 + 1;
}  // with the terminating zero byte
std::size_t data_words(std::string_view data) {
  return (data.size() + 7) / 8;
}

capnp::Text::Reader text_of(std::string_view text) {
  // Text::Reader wants a terminating zero, which a std::string has and its views here all come from one.
  return {text.data(), text.size()};
}

kj::ArrayPtr<const kj::byte> data_of(std::string_view data) {
  return {reinterpret_cast<const kj::byte*>(data.data()), data.size()};
}

void set_lists(const Event& event, schema::Event::Builder builder) {
  if (!event.tags.empty()) {
    auto tags = builder.initTags(static_cast<unsigned>(event.tags.size()));
    for (unsigned i = 0; i < tags.size(); ++i) tags.set(i, text_of(event.tags[i]));
  }
  if (!event.headers.empty()) {
    auto headers = builder.initHeaders(static_cast<unsigned>(event.headers.size()));
    for (unsigned i = 0; i < headers.size(); ++i) {
      headers[i].setName(text_of(event.headers[i].name));
      headers[i].setValue(text_of(event.headers[i].value));
    }
  }
}

void build(const Event& event, const EventId& id, std::span<std::uint64_t> words) {
  capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
  auto builder = message.initRoot<schema::Event>();
  builder.setIdHigh(load_be64(id.bytes.data()));
  builder.setIdLow(load_be64(id.bytes.data() + 8));
  if (event.correlation_id) {
    builder.setHasCorrelation(true);
    builder.setCorrelationHigh(load_be64(event.correlation_id->bytes.data()));
    builder.setCorrelationLow(load_be64(event.correlation_id->bytes.data() + 8));
  }
  if (event.causation_id) {
    builder.setHasCausation(true);
    builder.setCausationHigh(load_be64(event.causation_id->bytes.data()));
    builder.setCausationLow(load_be64(event.causation_id->bytes.data() + 8));
  }
  if (event.occurred_at) {
    builder.setHasOccurredAt(true);
    builder.setOccurredAt(event.occurred_at->time_since_epoch().count());
  }
  builder.setStream(text_of(event.stream));
  builder.setType(text_of(event.type));
  if (event.content_type != kContentTypeJson) builder.setContentType(text_of(event.content_type));
  builder.setData(data_of(event.data));
  if (event.traceparent) builder.setTraceparent(text_of(*event.traceparent));
  set_lists(event, builder);
  message.requireFilled();
}

}  // namespace

std::size_t encoded_words(const Event& event) {
  std::size_t words = kRootWords + kEventDataWords + kEventPointerWords + text_words(event.stream) +
                      text_words(event.type) + data_words(event.data);
  if (event.content_type != kContentTypeJson) words += text_words(event.content_type);
  if (event.traceparent) words += text_words(*event.traceparent);
  for (const std::string& tag : event.tags) words += 1 + text_words(tag);
  if (!event.headers.empty()) words += 1;  // the tag word of a list of structs
  for (const Header& header : event.headers) words += 2 + text_words(header.name) + text_words(header.value);
  return words;
}

EncodedCommit::EncodedCommit(std::span<const Event> events, std::span<const EventId> ids) {
  ends_.reserve(events.size());
  std::size_t end = 0;
  for (const Event& event : events) ends_.push_back(end += encoded_words(event));
  words_ = std::make_unique<std::uint64_t[]>(end);  // zeroed, as Cap'n Proto wants its memory
  auto next_id = ids.begin();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    DAYBOOK_CHECK(events[i].id || next_id != ids.end(), "an id for each event that lacks one");
    build(events[i], events[i].id ? *events[i].id : *next_id++, {words_.get() + begin, ends_[i] - begin});
    begin = ends_[i];
  }
}

Hash128 fingerprint_of(std::span<const Event> events) {
  // An optional field is its presence byte, then the field: absent and empty differ.
  thread_local Hasher128 hasher;
  hasher.reset();
  const auto add_presence = [](bool present) {
    hasher.add(present ? std::string_view("\1", 1) : std::string_view("\0", 1));
  };
  const auto add_uuid = [&](const std::optional<Uuid>& uuid) {
    add_presence(uuid.has_value());
    if (uuid) hasher.add({reinterpret_cast<const char*>(uuid->bytes.data()), uuid->bytes.size()});
  };
  hasher.add_number(events.size());
  for (const Event& event : events) {
    hasher.add_text(event.stream);
    hasher.add_text(event.type);
    hasher.add_number(event.tags.size());
    for (const std::string& tag : event.tags) hasher.add_text(tag);
    hasher.add_text(event.content_type);
    hasher.add_text(event.data);
    add_presence(event.occurred_at.has_value());
    if (event.occurred_at) hasher.add_number(static_cast<std::uint64_t>(event.occurred_at->time_since_epoch().count()));
    add_uuid(event.id);
    add_uuid(event.correlation_id);
    add_uuid(event.causation_id);
    add_presence(event.traceparent.has_value());
    if (event.traceparent) hasher.add_text(*event.traceparent);
    hasher.add_number(event.headers.size());
    for (const Header& header : event.headers) {
      hasher.add_text(header.name);
      hasher.add_text(header.value);
    }
  }
  return hasher.finish();
}

std::string capnproto_version() {
  return std::to_string(CAPNP_VERSION_MAJOR) + "." + std::to_string(CAPNP_VERSION_MINOR) + "." +
         std::to_string(CAPNP_VERSION_MICRO);
}

}  // namespace daybook
