// A year of a shop's orders, made up: deliveries, orders of several lines, cancellations, write-offs, corrections
// (docs/retail-events.md). The same orders and seed give the same commits, byte for byte.
//
// Threads: one at a time. Owns: the shop's stock and the cancellations to come.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/generate/catalog.h"
#include "cli/generate/random.h"
#include "cli/generate/year.h"
#include "daybook/event.h"
#include "daybook/ids.h"

namespace daybook::cli {

/// What to make up.
struct RetailRequest {
  std::uint64_t orders = 0;  ///< 1..10,000,000
  std::uint64_t seed = 0;    ///< 0..999,999,999; orders of different seeds never share a stream.
};

/// Makes commits one after the other, each with its idempotency key and its event ids.
class RetailGenerator {
 public:
  explicit RetailGenerator(const RetailRequest& request);

  /// The next commit; nullopt at the end.
  [[nodiscard]] std::optional<Commit> next();
  /// How many orders were made so far.
  [[nodiscard]] std::uint64_t orders_done() const { return number_; }

 private:
  struct Line {
    std::size_t product = 0;
    std::uint64_t quantity = 0;
  };
  struct Order {
    std::string id;
    std::string customer;  ///< Empty: none.
    std::string_view country;
    Uuid correlation;
    EventId event;
    std::vector<Line> lines;
  };

  void make_order();
  void cancel_due(Timestamp now);
  void restock(const std::vector<Line>& lines, Timestamp now);
  void place(const Order& order, const std::vector<Line>& lines, Timestamp now, bool first);
  void extend(Order& order, Timestamp now);
  void plan_cancellation(const Order& order, Timestamp now);
  void adjust_stock(Timestamp now);
  void adjust_account(const Order& order, Timestamp now);

  [[nodiscard]] Order new_order();
  [[nodiscard]] std::vector<Line> pick_lines(std::uint64_t count);
  [[nodiscard]] Uuid name(std::string_view what, std::uint64_t number, std::uint64_t part = 0) const;
  [[nodiscard]] EventId next_event_id() const { return name("event", commits_, 0); }
  [[nodiscard]] Event order_event(const Order& order, std::string_view type, std::string_view time_field,
                                  const std::string& lines, Timestamp now) const;
  [[nodiscard]] std::string lines_json(const std::vector<Line>& lines) const;
  void queue(std::vector<Event> events, std::vector<ExpectedVersion> expected = {});

  RetailRequest request_;
  Catalog catalog_;
  Year year_;
  Random random_;
  std::vector<std::uint64_t> stock_;               ///< Pieces of each product.
  std::multimap<Timestamp, Order> cancellations_;  ///< By due time.
  std::deque<Commit> ready_;
  std::uint64_t number_ = 0;   ///< Orders made.
  std::uint64_t commits_ = 0;  ///< Commits made.
};

}  // namespace daybook::cli
