// Events go through the real block and its views, so that a fold is tested with what it will meet.
#include "tests/projections/fold_fixture.h"

#include <doctest/doctest.h>

#include "schema/block_builder.h"
#include "schema/event_codec.h"

namespace daybook::test {

Rows rows_of(State& state) {
  Rows rows;
  const auto scanned = state.scan({}, [&](std::string_view key, std::string_view value) {
    rows.emplace(key, value);
    return true;
  });
  REQUIRE_MESSAGE(scanned.has_value(), scanned.error().message);
  return rows;
}

std::shared_ptr<const Block> block_of(const std::vector<Event>& events) {
  const std::vector<EventId> ids(events.size());
  const EncodedCommit encoded(events, ids);
  std::vector<Version> versions(events.size());
  for (std::size_t i = 0; i < versions.size(); ++i) versions[i] = Version(i + 1);
  const std::vector<NumberedCommit> commits{{.events = &encoded, .key = {}, .versions = versions}};
  return seal_block(Sequence(1), Timestamp{}, genesis_link(LogId{}), commits);
}

Event event_of(std::string stream, std::string type, std::string data) {
  return {.stream = std::move(stream), .type = std::move(type), .data = std::move(data)};
}

std::string line(std::string_view sku, std::int64_t quantity, std::string_view unit_price) {
  std::string text = R"({"sku":")";
  text.append(sku).append(R"(","description":"A THING","quantity":)").append(std::to_string(quantity));
  text.append(R"(,"unitPrice":")").append(unit_price).append("\"}");
  return text;
}

std::string order(std::string_view time_field, std::string_view customer, std::string_view country,
                  const std::vector<std::string>& lines, std::string_view time) {
  std::string text = R"({"orderId":"1","customerId":)";
  if (customer.empty()) {
    text.append("null");
  } else {
    text.append("\"").append(customer).append("\"");
  }
  text.append(R"(,"country":")").append(country).append("\",\"").append(time_field).append("\":\"").append(time);
  text.append(R"(","lines":[)");
  for (const std::string& element : lines) text.append(&element == lines.data() ? "" : ",").append(element);
  return text.append("]}");
}

Result<void> Fold::apply(const Event& event) {
  const auto block = block_of({event});
  const EventView view = block->event(0);
  if (!projection_.query.matches(view)) return {};
  return projection_.apply(view, state_);
}

void Fold::take(const Event& event) {
  const auto applied = apply(event);
  REQUIRE_MESSAGE(applied.has_value(), applied.error().message);
}

std::string Fold::refusal(const Event& event) {
  const auto applied = apply(event);
  if (applied) return {};
  CHECK(applied.error().code == Code::invalid);
  return applied.error().message;
}

}  // namespace daybook::test
