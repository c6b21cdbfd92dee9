// Why ids and keys are names (a hash of seed, number of orders and place) and not random: the same request must be the
// same request when it is made again, so that the log can say "I have it".
//
// Why a first event of an order expects its stream not to exist: another number of orders under the same seed would
// otherwise mix its events into the streams of the first run.
#include "cli/generate/retail.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daybook/retail.h"
#include "schema/hash.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kOrdersOfOneSeed = 10'000'000;
constexpr std::uint64_t kCustomersMin = 40;
constexpr std::uint64_t kCustomersMax = 80'000;
constexpr std::uint64_t kFirstCustomer = 10'000;
constexpr std::size_t kCancellationsMax = 10'000;

constexpr std::uint64_t kWithoutCustomer = 220;  // These are permille of the orders.
constexpr std::uint64_t kCancelled = 90;
constexpr std::uint64_t kExtended = 15;
constexpr std::uint64_t kStockAdjusted = 18;
constexpr std::uint64_t kAccountAdjusted = 1;
constexpr std::uint64_t kWholesaleLine = 40;  // Permille of the lines.
constexpr std::uint64_t kWriteOff = 700;      // Permille of the stock adjustments.

void append_field(std::string& out, std::string_view name, std::string_view text) {
  out.append(out.back() == '{' ? "\"" : ",\"").append(name).append("\":\"").append(text).append("\"");
}

// A name-based UUID (version 8, RFC 9562) of a hash.
Uuid uuid_of(const Hash128& hash) {
  Uuid uuid{.bytes = hash};
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x80);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  return uuid;
}

}  // namespace

RetailGenerator::RetailGenerator(const RetailRequest& request)
    : request_(request), random_(request.seed), stock_(catalog_.products().size(), 0) {}

std::optional<Commit> RetailGenerator::next() {
  while (ready_.empty() && number_ < request_.orders) make_order();
  if (ready_.empty()) return std::nullopt;
  Commit commit = std::move(ready_.front());
  ready_.pop_front();
  return commit;
}

void RetailGenerator::make_order() {
  const Timestamp now = year_.time_of(number_, request_.orders);
  cancel_due(now);
  Order order = new_order();
  restock(order.lines, now);
  order.event = next_event_id();
  place(order, order.lines, now, true);
  if (random_.chance(kExtended)) extend(order, now);
  if (random_.chance(kCancelled)) plan_cancellation(order, now);
  if (random_.chance(kStockAdjusted)) adjust_stock(now);
  if (random_.chance(kAccountAdjusted)) adjust_account(order, now);
  ++number_;
}

RetailGenerator::Order RetailGenerator::new_order() {
  Order order;
  order.id = std::to_string(request_.seed * kOrdersOfOneSeed + number_ + 1);
  order.correlation = name("order", number_);
  order.country = catalog_.pick_country(random_);
  if (!random_.chance(kWithoutCustomer)) {
    const std::uint64_t customers = std::clamp(request_.orders / 5, kCustomersMin, kCustomersMax);
    // The product of two numbers favours the lower ones: some customers order often, most once or twice.
    const std::uint64_t customer = random_.below(customers) * random_.below(customers) / customers;
    order.customer = std::to_string(kFirstCustomer + customer);
    // A customer stays where he lives.
    Random home(customer);
    order.country = catalog_.pick_country(home);
  }
  const std::uint64_t usual = random_.between(1, 8);
  order.lines = pick_lines(random_.chance(250) ? usual * random_.between(2, 6) : usual);
  return order;
}

std::vector<RetailGenerator::Line> RetailGenerator::pick_lines(std::uint64_t count) {
  std::vector<Line> lines;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t product = catalog_.pick_product(random_);
    std::uint64_t quantity = random_.between(1, catalog_.products()[product].usual_quantity_max);
    if (random_.chance(kWholesaleLine)) quantity *= 12;
    lines.push_back({product, quantity});
  }
  return lines;
}

// A delivery comes in the morning for whatever the day's order would find missing.
void RetailGenerator::restock(const std::vector<Line>& lines, Timestamp now) {
  std::vector<Event> received;
  const Timestamp time = delivery_time(now);
  for (const Line& line : lines) {
    std::uint64_t& stock = stock_[line.product];
    if (stock < line.quantity) {
      const Product& product = catalog_.products()[line.product];
      const std::uint64_t quantity = line.quantity + product.usual_quantity_max * random_.between(10, 60);
      Event event{.stream = "stock-" + product.sku, .type = "StockReceived", .data = "{"};
      append_field(event.data, "sku", product.sku);
      event.data.append(",\"quantity\":").append(std::to_string(quantity));
      append_field(event.data, "receivedAt", time_text(time));
      event.data.push_back('}');
      event.occurred_at = time;
      received.push_back(std::move(event));
      stock += quantity;
    }
    stock -= line.quantity;
  }
  if (!received.empty()) queue(std::move(received));
}

void RetailGenerator::place(const Order& order, const std::vector<Line>& lines, Timestamp now, bool first) {
  std::vector<ExpectedVersion> expected;
  if (first) expected.push_back({"order-" + order.id, Version(0)});
  queue({order_event(order, "OrderPlaced", "placedAt", lines_json(lines), now)}, std::move(expected));
}

// The customer calls back for a little more, which goes on the same order.
void RetailGenerator::extend(Order& order, Timestamp now) {
  const std::vector<Line> more = pick_lines(random_.between(1, 3));
  restock(more, now);
  place(order, more, now, false);
}

void RetailGenerator::plan_cancellation(const Order& order, Timestamp now) {
  if (cancellations_.size() == kCancellationsMax) return;
  // A part of the lines, and a part of some of these.
  const Timestamp due = now + std::chrono::minutes(random_.between(10, 30 * 24 * 60));
  std::vector<Line>& lines = cancellations_.emplace(due, order)->second.lines;
  if (random_.chance(700)) lines.resize(random_.between(1, lines.size()));
  for (Line& line : lines) {
    if (random_.chance(300)) line.quantity = random_.between(1, line.quantity);
  }
}

void RetailGenerator::cancel_due(Timestamp now) {
  while (!cancellations_.empty() && cancellations_.begin()->first <= now) {
    const auto& [due, order] = *cancellations_.begin();
    Event event = order_event(order, "OrderCancelled", "cancelledAt", lines_json(order.lines), due);
    event.causation_id = order.event;
    queue({std::move(event)});
    for (const Line& line : order.lines) stock_[line.product] += line.quantity;
    cancellations_.erase(cancellations_.begin());
  }
}

// Breakage and theft; and now and then a count that finds less, or more, than the books say.
void RetailGenerator::adjust_stock(Timestamp now) {
  const std::size_t product = catalog_.pick_product(random_);
  const bool write_off = random_.chance(kWriteOff);
  const bool found = !write_off && random_.chance(400);
  const std::uint64_t quantity = found ? random_.between(1, 30) : std::min(stock_[product], random_.between(1, 30));
  if (quantity == 0) return;
  stock_[product] = found ? stock_[product] + quantity : stock_[product] - quantity;
  const std::string& sku = catalog_.products()[product].sku;
  Event event{.stream = "stock-" + sku, .type = "StockAdjusted", .data = "{"};
  append_field(event.data, "reason", write_off ? "writeOff" : "stockTake");
  append_field(event.data, "adjustedAt", time_text(now));
  event.data.append(",\"lines\":[{");
  append_field(event.data, "sku", sku);
  event.data.append(",\"quantity\":").append(found ? "" : "-").append(std::to_string(quantity)).append("}]}");
  event.occurred_at = now;
  queue({std::move(event)});
}

void RetailGenerator::adjust_account(const Order& order, Timestamp now) {
  const auto amount = static_cast<std::int64_t>(random_.between(100, 20'000)) * 10;
  const std::string lines = R"([{"description":"Adjust bad debt","quantity":1,"sku":"B","unitPrice":")" +
                            money_text(random_.chance(800) ? -amount : amount) + "\"}]";
  Event event = order_event(order, "AccountAdjusted", "adjustedAt", lines, now);
  event.causation_id = order.event;
  queue({std::move(event)});
}

// The catalogue's texts are plain ASCII without quotes, so none needs an escape.
std::string RetailGenerator::lines_json(const std::vector<Line>& lines) const {
  std::string out(1, '[');
  for (const Line& line : lines) {
    const Product& product = catalog_.products()[line.product];
    out.append(out.size() == 1 ? "{" : ",{");
    append_field(out, "description", product.description);
    out.append(",\"quantity\":").append(std::to_string(line.quantity));
    append_field(out, "sku", product.sku);
    append_field(out, "unitPrice", money_text(product.price_thousandths));
    out.push_back('}');
  }
  out.push_back(']');
  return out;
}

Event RetailGenerator::order_event(const Order& order, std::string_view type, std::string_view time_field,
                                   const std::string& lines, Timestamp now) const {
  Event event{.stream = "order-" + order.id, .type = std::string(type), .data = "{"};
  append_field(event.data, "orderId", order.id);
  if (order.customer.empty()) {
    event.data.append(",\"customerId\":null");
  } else {
    append_field(event.data, "customerId", order.customer);
    event.tags.push_back("customer:" + order.customer);
  }
  append_field(event.data, "country", order.country);
  append_field(event.data, time_field, time_text(now));
  event.data.append(",\"lines\":").append(lines).append("}");
  event.occurred_at = now;
  event.correlation_id = order.correlation;
  return event;
}

Uuid RetailGenerator::name(std::string_view what, std::uint64_t number, std::uint64_t part) const {
  Hasher128 hasher;
  hasher.add_text("daybook generate retail");
  hasher.add_text(what);
  hasher.add_number(request_.seed);
  hasher.add_number(request_.orders);
  hasher.add_number(number);
  hasher.add_number(part);
  return uuid_of(hasher.finish());
}

void RetailGenerator::queue(std::vector<Event> events, std::vector<ExpectedVersion> expected) {
  for (std::size_t i = 0; i < events.size(); ++i) events[i].id = name("event", commits_, i);
  ready_.push_back({.events = std::move(events), .expected = std::move(expected), .key = name("commit", commits_)});
  ++commits_;
}

}  // namespace daybook::cli
