// Written out rather than drawn at random: a generator that changes would change what the golden logs are said to hold.
#include "tests/golden/golden_content.h"

#include <chrono>

namespace daybook::test {
namespace {

constexpr int kOrders = 60;

Uuid uuid_of(std::uint8_t kind, int number) {
  Uuid uuid{};
  uuid.bytes = {kind,
                1,
                2,
                3,
                4,
                5,
                0x80,
                7,
                0x90,
                9,
                10,
                11,
                12,
                13,
                static_cast<std::uint8_t>(number / 256),
                static_cast<std::uint8_t>(number % 256)};
  return uuid;
}

Event placed(int number) {
  const std::string id = std::to_string(number);
  Event event{
      .stream = "order-" + id,
      .type = "OrderPlaced",
      .data = "{\"orderId\":\"" + id + "\",\"note\":\"" + std::string(static_cast<std::size_t>(number), 'n') + "\"}",
      .tags = {"customer:" + std::to_string(number % 7)}};
  if (number % 2 == 0) event.tags.push_back("gift");
  if (number % 3 == 0) event.id = uuid_of(0xe0, number);
  if (number % 4 == 0) {
    event.occurred_at = Timestamp(std::chrono::sys_days(std::chrono::year(2010) / 12 / 1)) +
                        std::chrono::minutes(number) + std::chrono::nanoseconds(number);
  }
  if (number % 5 == 0) event.correlation_id = uuid_of(0xc0, number / 10);
  if (number % 6 == 0) event.causation_id = uuid_of(0xca, number);
  if (number % 7 == 0) event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  if (number % 7 == 1) event.traceparent = "";
  if (number % 8 == 0) event.headers = {{"origin", "golden"}, {"pound", "£"}};
  return event;
}

}  // namespace

std::vector<Commit> golden_commits() {
  std::vector<Commit> commits;
  for (int number = 1; number <= kOrders; ++number) {
    Commit commit{.events = {placed(number)}};
    if (number % 3 == 1) {
      commit.events.push_back({.stream = "stock-" + std::to_string(number % 5),
                               .type = "StockReceived",
                               .data = std::string("\x00\xff binary", 9),
                               .content_type = "application/octet-stream"});
    }
    if (number % 10 == 0) commit.events.push_back({.stream = "daily", .type = "DayClosed", .data = ""});
    if (number % 4 != 3) commit.key = uuid_of(0xaa, number);
    if (number % 5 == 2) {
      commit.expected = {{commit.events.front().stream, Version(0)}, {"never-written", Version(0)}};
    }
    commits.push_back(std::move(commit));
  }
  return commits;
}

std::string golden_line(const EventView& view) {
  const Event event = view.to_event();
  const auto uuid = [](const std::optional<Uuid>& id) { return id ? id->text() : std::string("-"); };
  std::string line =
      std::to_string(view.sequence().value()) + " " + event.stream + "@" + std::to_string(view.version().value()) +
      " " + event.type + " recorded " + std::to_string(view.recorded_at().time_since_epoch().count()) + " id " +
      uuid(event.id) + " correlation " + uuid(event.correlation_id) + " causation " + uuid(event.causation_id) +
      " occurred " + (event.occurred_at ? std::to_string(event.occurred_at->time_since_epoch().count()) : "-") +
      " trace " + (event.traceparent ? "\"" + *event.traceparent + "\"" : "-") + " tags";
  for (const std::string& tag : event.tags) line += " " + tag;
  line += " headers";
  for (const Header& header : event.headers) line += " " + header.name + "=" + header.value;
  line += " " + event.content_type + " ";
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : event.data) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      line.push_back(c);
    } else {
      line.append({'\\', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return line;
}

}  // namespace daybook::test
