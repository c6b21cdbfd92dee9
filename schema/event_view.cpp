// Decoding in place, unchecked: a Block exists only after its link was verified and its events were found inside it,
// and either only daybook wrote those bytes (docs/architecture.md, One idea) or each event was looked through
// (schema/event_check.h).
#include "base/bytes.h"
#include "daybook/block.h"
#include "daybook/event.h"
#include "schema/event_codec.h"
#include "schema/event_fields.h"

namespace daybook {
namespace {

EventFields fields_of(const EventView& view) {
  return EventFields(view.block().event_words(view.index()));
}

Uuid uuid_of(const EventFields& event, EventLayout::Word high, EventLayout::Word low) {
  Uuid uuid;
  store_be64(uuid.bytes.data(), event.word(high));
  store_be64(uuid.bytes.data() + 8, event.word(low));
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
  return uuid_of(fields_of(*this), EventLayout::id_high, EventLayout::id_low);
}

std::string_view EventView::stream() const {
  return fields_of(*this).text(EventLayout::stream);
}
std::string_view EventView::type() const {
  return fields_of(*this).text(EventLayout::type);
}

std::string_view EventView::data() const {
  return fields_of(*this).data();
}

std::string_view EventView::content_type() const {
  const EventFields event = fields_of(*this);
  return event.has(EventLayout::content_type) ? event.text(EventLayout::content_type) : kContentTypeJson;
}

std::size_t EventView::tag_count() const {
  return fields_of(*this).tag_count();
}

std::string_view EventView::tag(std::size_t index) const {
  return fields_of(*this).tag(index);
}

std::optional<Timestamp> EventView::occurred_at() const {
  const EventFields event = fields_of(*this);
  if (!event.flag(EventLayout::has_occurred_at)) return std::nullopt;
  return Timestamp(std::chrono::nanoseconds(static_cast<std::int64_t>(event.word(EventLayout::occurred_at))));
}

std::optional<Uuid> EventView::correlation_id() const {
  const EventFields event = fields_of(*this);
  if (!event.flag(EventLayout::has_correlation)) return std::nullopt;
  return uuid_of(event, EventLayout::correlation_high, EventLayout::correlation_low);
}

std::optional<Uuid> EventView::causation_id() const {
  const EventFields event = fields_of(*this);
  if (!event.flag(EventLayout::has_causation)) return std::nullopt;
  return uuid_of(event, EventLayout::causation_high, EventLayout::causation_low);
}

std::optional<std::string_view> EventView::traceparent() const {
  const EventFields event = fields_of(*this);
  if (!event.has(EventLayout::traceparent)) return std::nullopt;
  return event.text(EventLayout::traceparent);
}

std::size_t EventView::header_count() const {
  return fields_of(*this).header_count();
}

std::pair<std::string_view, std::string_view> EventView::header(std::size_t index) const {
  return fields_of(*this).header(index);
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
