// An event is built once, by the thread that appends it, at its exact size and in place: sealing a block is then a
// memcpy. Sizes and words follow from Cap'n Proto's encoding (https://capnproto.org/encoding.html): a test compares
// them with what its own builder makes, and the size is asserted after each event.
#include "schema/event_codec.h"

#include <cstring>

#include <capnp/common.h>

#include "base/bytes.h"
#include "base/check.h"
#include "schema/event_fields.h"
#include "schema/wire.h"

namespace daybook {
namespace {

constexpr std::size_t kRootWords = 1;
constexpr std::size_t kHeaderPointers = 2;

std::size_t text_words(std::string_view text) {
  return text.size() / 8 + 1;
}  // with the terminating zero byte

/// Puts an event's message together: what a pointer leads to comes behind what is there already, in the order that
/// Cap'n Proto's own builder would put it in.
class EventWriter {
 public:
  EventWriter(const Event& event, const EventId& id, std::uint64_t* words)
      : words_(words), end_(kRootWords + EventLayout::word_count + EventLayout::pointer_count) {
    words_[0] = wire::struct_pointer(0, EventLayout::word_count, EventLayout::pointer_count);
    std::memset(words_ + kRootWords, 0, (end_ - kRootWords) * sizeof *words_);
    set_uuid(EventLayout::id_high, id);
    std::uint64_t& flags = word(EventLayout::flags);
    if (event.correlation_id) {
      flags |= EventLayout::has_correlation;
      set_uuid(EventLayout::correlation_high, *event.correlation_id);
    }
    if (event.causation_id) {
      flags |= EventLayout::has_causation;
      set_uuid(EventLayout::causation_high, *event.causation_id);
    }
    if (event.occurred_at) {
      flags |= EventLayout::has_occurred_at;
      word(EventLayout::occurred_at) = static_cast<std::uint64_t>(event.occurred_at->time_since_epoch().count());
    }
    set_text(pointer(EventLayout::stream), event.stream);
    set_text(pointer(EventLayout::type), event.type);
    if (event.content_type != kContentTypeJson) set_text(pointer(EventLayout::content_type), event.content_type);
    set_bytes(pointer(EventLayout::data), event.data, event.data.size());
    if (event.traceparent) set_text(pointer(EventLayout::traceparent), *event.traceparent);
    set_tags(event.tags);
    set_headers(event.headers);
  }

  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  std::uint64_t& word(std::size_t at) { return words_[kRootWords + at]; }
  [[nodiscard]] static std::size_t pointer(EventLayout::Pointer at) {
    return kRootWords + EventLayout::word_count + at;
  }

  void set_uuid(std::size_t high, const Uuid& uuid) {
    word(high) = load_be64(uuid.bytes.data());
    word(high + 1) = load_be64(uuid.bytes.data() + 8);
  }

  /// `count` bytes, of which those behind `bytes` are zeros.
  void set_bytes(std::size_t pointer_at, std::string_view bytes, std::size_t count) {
    words_[pointer_at] = wire::list_pointer(end_ - pointer_at - 1, wire::Element::byte, count);
    const std::size_t words = wire::words_of(count);
    if (words == 0) return;
    words_[end_ + words - 1] = 0;  // what pads the last word
    std::memcpy(words_ + end_, bytes.data(), bytes.size());
    end_ += words;
  }
  void set_text(std::size_t pointer_at, std::string_view text) { set_bytes(pointer_at, text, text.size() + 1); }

  void set_tags(const std::vector<std::string>& tags) {
    if (tags.empty()) return;
    const std::size_t pointer_at = pointer(EventLayout::tags);
    words_[pointer_at] = wire::list_pointer(end_ - pointer_at - 1, wire::Element::pointer, tags.size());
    std::size_t tag_at = end_;
    end_ += tags.size();
    for (const std::string& tag : tags) set_text(tag_at++, tag);
  }

  void set_headers(const std::vector<Header>& headers) {
    if (headers.empty()) return;
    const std::size_t pointer_at = pointer(EventLayout::headers);
    const std::size_t list_words = headers.size() * kHeaderPointers;
    words_[pointer_at] = wire::list_pointer(end_ - pointer_at - 1, wire::Element::structure, list_words);
    words_[end_++] = wire::list_tag(headers.size(), 0, kHeaderPointers);
    std::size_t header_at = end_;
    end_ += list_words;
    for (const Header& header : headers) {
      set_text(header_at++, header.name);
      set_text(header_at++, header.value);
    }
  }

  std::uint64_t* words_;
  std::size_t end_;  ///< Of what is written so far.
};

}  // namespace

std::size_t encoded_words(const Event& event) {
  std::size_t words = kRootWords + EventLayout::word_count + EventLayout::pointer_count + text_words(event.stream) +
                      text_words(event.type) + wire::words_of(event.data.size());
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
  words_ = std::make_unique_for_overwrite<std::uint64_t[]>(end);
  auto next_id = ids.begin();
  std::size_t begin = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    DAYBOOK_CHECK(events[i].id || next_id != ids.end(), "an id for each event that lacks one");
    const EventWriter writer(events[i], events[i].id ? *events[i].id : *next_id++, words_.get() + begin);
    DAYBOOK_CHECK(begin + writer.end() == ends_[i], "an event takes the words that were foretold");
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
