// Decoding in place. The unchecked reader is right here: a Block exists only after its link was verified and its
// events were found inside it, and either only daybook wrote those bytes (architecture: Bytes) or each event was looked
// through (schema/event_check.h).
#include <capnp/message.h>
#include <event.capnp.h>

#include "base/bytes.h"
#include "daybook/block.h"
#include "daybook/event.h"
#include "schema/event_codec.h"

namespace daybook {
namespace {

schema::Event::Reader reader_of(const EventView& view) {
  const std::uint64_t* words = view.block().event_words(view.index());
  return capnp::readMessageUnchecked<schema::Event>(reinterpret_cast<const capnp::word*>(words));
}

std::string_view view_of(capnp::Text::Reader text) {
  return {text.begin(), text.size()};
}

Uuid uuid_of(std::uint64_t high, std::uint64_t low) {
  Uuid uuid;
  store_be64(uuid.bytes.data(), high);
  store_be64(uuid.bytes.data() + 8, low);
  return uuid;
}

}  // namespace

Sequence EventView::sequence() const {
  return block_->sequence_of(index_);
}
Version EventView::version() const {
  return Version(block_->event_words(index_)[kEventVersionWord]);
}
Timestamp EventView::recorded_at() const {
  return block_->recorded_at();
}

EventId EventView::id() const {
  const auto event = reader_of(*this);
  return uuid_of(event.getIdHigh(), event.getIdLow());
}

std::string_view EventView::stream() const {
  return view_of(reader_of(*this).getStream());
}
std::string_view EventView::type() const {
  return view_of(reader_of(*this).getType());
}

std::string_view EventView::data() const {
  const auto data = reader_of(*this).getData();
  return {reinterpret_cast<const char*>(data.begin()), data.size()};
}

std::string_view EventView::content_type() const {
  const auto event = reader_of(*this);
  return event.hasContentType() ? view_of(event.getContentType()) : kContentTypeJson;
}

std::size_t EventView::tag_count() const {
  return reader_of(*this).getTags().size();
}

std::string_view EventView::tag(std::size_t index) const {
  return view_of(reader_of(*this).getTags()[static_cast<unsigned>(index)]);
}

std::optional<Timestamp> EventView::occurred_at() const {
  const auto event = reader_of(*this);
  if (!event.getHasOccurredAt()) return std::nullopt;
  return Timestamp(std::chrono::nanoseconds(event.getOccurredAt()));
}

std::optional<Uuid> EventView::correlation_id() const {
  const auto event = reader_of(*this);
  if (!event.getHasCorrelation()) return std::nullopt;
  return uuid_of(event.getCorrelationHigh(), event.getCorrelationLow());
}

std::optional<Uuid> EventView::causation_id() const {
  const auto event = reader_of(*this);
  if (!event.getHasCausation()) return std::nullopt;
  return uuid_of(event.getCausationHigh(), event.getCausationLow());
}

std::optional<std::string_view> EventView::traceparent() const {
  const auto event = reader_of(*this);
  if (!event.hasTraceparent()) return std::nullopt;
  return view_of(event.getTraceparent());
}

std::size_t EventView::header_count() const {
  return reader_of(*this).getHeaders().size();
}

std::pair<std::string_view, std::string_view> EventView::header(std::size_t index) const {
  const auto header = reader_of(*this).getHeaders()[static_cast<unsigned>(index)];
  return {view_of(header.getName()), view_of(header.getValue())};
}

Event EventView::to_event() const {
  Event event{.stream = std::string(stream()), .type = std::string(type()), .data = std::string(data())};
  event.content_type = content_type();
  event.id = id();
  event.occurred_at = occurred_at();
  event.correlation_id = correlation_id();
  event.causation_id = causation_id();
  if (const auto trace = traceparent()) event.traceparent = std::string(*trace);
  for (std::size_t i = 0; i < tag_count(); ++i) event.tags.emplace_back(tag(i));
  for (std::size_t i = 0; i < header_count(); ++i) {
    const auto [name, value] = header(i);
    event.headers.push_back({.name = std::string(name), .value = std::string(value)});
  }
  return event;
}

}  // namespace daybook
