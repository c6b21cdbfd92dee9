// Retail events with any data, folded by both projections: refused as invalid, or folded to rows that can be read, the
// same ones each time; and stock agrees between the two where both count it.
#include <array>

#include "daybook/retail.h"
#include "projections/money.h"
#include "tests/fuzz/fuzz.h"
#include "tests/log/block_fixture.h"
#include "tests/support/memory_state.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

constexpr std::array<const char*, 5> kTypes = {"OrderPlaced", "OrderCancelled", "StockReceived", "StockAdjusted",
                                               "AccountAdjusted"};

bool fold(const Projection& projection, const Block& block, test::MemoryState& state) {
  for (std::uint32_t i = 0; i < block.event_count(); ++i) {
    if (!projection.query.matches(block.event(i))) continue;
    const auto applied = projection.apply(block.event(i), state);
    if (!applied) {
      DAYBOOK_CHECK(applied.error().code == Code::invalid, "an event that cannot be folded is invalid");
      DAYBOOK_CHECK(!applied.error().message.empty(), "a refusal says why");
      return false;
    }
  }
  return true;
}

void check_inventory(test::MemoryState& state) {
  const auto read = inventory_rows(state, [&](const InventoryRow& row) {
    const auto again = inventory_row(state, row.sku);
    DAYBOOK_CHECK(again && *again && (*again)->on_hand == row.on_hand, "a row is the same alone and among others");
    return true;
  });
  DAYBOOK_CHECK(read.has_value(), "rows that were folded can be read");
}

void check_analytics(test::MemoryState& state) {
  for (const Dimension dimension :
       {Dimension::total, Dimension::country, Dimension::day, Dimension::sku, Dimension::customer}) {
    const auto read = analytics_rows(state, dimension, [&](const AnalyticsRow& row) {
      const auto gross = parse_money(money_text(row.gross_revenue));
      DAYBOOK_CHECK(gross && *gross == row.gross_revenue, "money that is printed reads the same");
      DAYBOOK_CHECK(row.orders >= 0 && row.cancellations >= 0, "streams are counted");
      return true;
    });
    DAYBOOK_CHECK(read.has_value(), "rows that were folded can be read");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  const std::uint8_t type = take_byte(input);
  Commit commit;
  // The same event twice: the second finds the rows of the first.
  for (int i = 0; i < 2; ++i) {
    commit.events.push_back({.stream = "s", .type = kTypes[type % kTypes.size()], .data = std::string(input)});
  }
  const auto block = test::BlockChain(LogId{}).seal({commit});
  for (const Projection& projection : {inventory_projection(), analytics_projection()}) {
    test::MemoryState state;
    const bool folded = fold(projection, *block, state);
    test::MemoryState again;
    DAYBOOK_CHECK(fold(projection, *block, again) == folded && again.rows() == state.rows(), "a fold is deterministic");
    if (!folded) continue;
    if (projection.name == "inventory") check_inventory(state);
    if (projection.name == "analytics") check_analytics(state);
  }
  return 0;
}
