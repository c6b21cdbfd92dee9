// Both sources end in one table of lines, and every figure is one SELECT over it. Money becomes thousandths in SQL,
// from the digits of the text: SQLite's REAL never sees it.
#include "tests/projections/oracle.h"

#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace daybook::test {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE csv(invoice TEXT, sku TEXT, description TEXT, quantity INTEGER, date TEXT, price TEXT, customer TEXT,
                   country TEXT);
  CREATE TABLE events(stream TEXT, type TEXT, data TEXT);
  CREATE TABLE lines(kind TEXT, stream TEXT, customer TEXT, country TEXT, day TEXT, sku TEXT, quantity INTEGER,
                     price INTEGER);)";

// Thousandths of a decimal text: its digits without the point, times what its places leave.
std::string thousandths(const std::string& price) {
  return "CAST(replace(" + price + ", '.', '') AS INTEGER) * CASE WHEN instr(" + price +
         ", '.') = 0 THEN 1000 ELSE CASE length(" + price + ") - instr(" + price +
         ", '.') WHEN 1 THEN 100 WHEN 2 THEN 10 ELSE 1 END END";
}

const std::string kLinesOfCsv = R"(
  INSERT INTO lines SELECT
    CASE WHEN invoice LIKE 'C%' THEN 'cancelled' WHEN invoice LIKE 'A%' THEN 'account'
         WHEN quantity > 0 THEN 'placed' ELSE 'writeOff' END,
    'order-' || invoice, customer, country, substr(date, 1, 10), sku,
    CASE WHEN invoice LIKE 'C%' THEN -quantity ELSE quantity END, )" +
                                thousandths("price") + " FROM csv;";

const std::string kLinesOfEvents =
    R"(
  INSERT INTO lines SELECT
    CASE events.type WHEN 'OrderPlaced' THEN 'placed' WHEN 'OrderCancelled' THEN 'cancelled' WHEN 'AccountAdjusted' THEN 'account'
      ELSE CASE data ->> '$.reason' WHEN 'writeOff' THEN 'writeOff' ELSE 'adjusted' END END,
    stream, coalesce(data ->> '$.customerId', ''), data ->> '$.country',
    substr(coalesce(data ->> '$.placedAt', data ->> '$.cancelledAt', data ->> '$.adjustedAt'), 1, 10),
    line.value ->> '$.sku', line.value ->> '$.quantity', )" +
    thousandths("(line.value ->> '$.unitPrice')") +
    R"( FROM events, json_each(data, '$.lines') AS line WHERE events.type <> 'StockReceived';
  INSERT INTO lines(kind, stream, sku, quantity)
    SELECT 'received', stream, data ->> '$.sku', data ->> '$.quantity' FROM events WHERE type = 'StockReceived';)";

constexpr const char* kInventory = R"(
  SELECT sku, received, sold, returned, writtenOff, adjusted, received - sold + returned - writtenOff + adjusted FROM (
    SELECT sku,
      sum(iif(kind = 'received', quantity, 0)) AS received, sum(iif(kind = 'placed', quantity, 0)) AS sold,
      sum(iif(kind = 'cancelled', quantity, 0)) AS returned, sum(iif(kind = 'writeOff', -quantity, 0)) AS writtenOff,
      sum(iif(kind = 'adjusted', quantity, 0)) AS adjusted
    FROM lines WHERE kind <> 'account' GROUP BY sku))";

std::string analytics_sql(const std::string& key) {
  return "SELECT " + key + R"( AS key,
      count(DISTINCT iif(kind = 'placed', stream, NULL)), count(DISTINCT iif(kind = 'cancelled', stream, NULL)),
      sum(CASE kind WHEN 'placed' THEN quantity WHEN 'cancelled' THEN -quantity ELSE 0 END),
      sum(iif(kind = 'placed', quantity * price, 0)),
      sum(iif(kind = 'cancelled', -quantity * price, quantity * price))
    FROM lines WHERE kind IN ('placed', 'cancelled', 'account') GROUP BY key)";
}

// Takes one record of RFC 4180 from the front of `csv`.
std::vector<std::string> take_record(std::string_view& csv) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  while (!csv.empty()) {
    const char c = csv.front();
    csv.remove_prefix(1);
    if (c == '"') {
      const bool doubled = quoted && csv.starts_with('"');
      if (doubled) csv.remove_prefix(1);
      if (doubled) fields.back().push_back('"');
      if (!doubled) quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c == '\n' && !quoted) {
      break;
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace

struct Oracle::Impl {
  sqlite3* database = nullptr;

  void run(const std::string& sql) {
    char* message = nullptr;
    const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
    REQUIRE_MESSAGE(code == SQLITE_OK, std::string(message == nullptr ? "" : message));
  }
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
    REQUIRE_MESSAGE(code == SQLITE_OK, std::string(sqlite3_errmsg(database)));
    return statement;
  }
  // Half a million times a test: an assertion each would take longer than the work.
  void insert(sqlite3_stmt* statement, const std::vector<std::string_view>& values) {
    bool good = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      good = good && sqlite3_bind_text(statement, static_cast<int>(i + 1), values[i].data(),
                                       static_cast<int>(values[i].size()), SQLITE_STATIC) == SQLITE_OK;
    }
    good = good && sqlite3_step(statement) == SQLITE_DONE && sqlite3_reset(statement) == SQLITE_OK;
    if (!good) FAIL(std::string(sqlite3_errmsg(database)));
  }
  // Rows of a text and as many integers as the arrays hold.
  template <class Rows>
  Rows select(const std::string& sql) {
    Rows rows;
    sqlite3_stmt* statement = prepare(sql);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      const auto* text = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      auto& values = rows[std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)))];
      for (std::size_t i = 0; i < values.size(); ++i) {
        const int column = static_cast<int>(i + 1);
        REQUIRE(sqlite3_column_type(statement, column) == SQLITE_INTEGER);
        values[i] = sqlite3_column_int64(statement, column);
      }
    }
    REQUIRE(code == SQLITE_DONE);
    sqlite3_finalize(statement);
    return rows;
  }
};

Oracle::Oracle() : impl_(std::make_unique<Impl>()) {
  REQUIRE(sqlite3_open(":memory:", &impl_->database) == SQLITE_OK);
  impl_->run(kSchema);
}

Oracle::~Oracle() {
  sqlite3_close(impl_->database);
}

void Oracle::add_csv(std::string_view csv) {
  impl_->run("BEGIN");
  sqlite3_stmt* statement = impl_->prepare("INSERT INTO csv VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  REQUIRE(take_record(csv).front() == "InvoiceNo");
  while (!csv.empty()) {
    const std::vector<std::string> record = take_record(csv);
    if (record.size() != 8) FAIL("a record of " << record.size() << " fields");
    impl_->insert(statement, {record.begin(), record.end()});
  }
  sqlite3_finalize(statement);
  impl_->run(kLinesOfCsv);
  impl_->run("COMMIT");
}

void Oracle::add_events(Log& log) {
  impl_->run("BEGIN");
  sqlite3_stmt* statement = impl_->prepare("INSERT INTO events VALUES(?, ?, ?)");
  auto cursor = log.read();
  REQUIRE(cursor.has_value());
  while (true) {
    const auto batch = cursor->next();
    REQUIRE(batch.has_value());
    if (!*batch) break;
    for (const EventView event : **batch) impl_->insert(statement, {event.stream(), event.type(), event.data()});
  }
  sqlite3_finalize(statement);
  impl_->run(kLinesOfEvents);
  impl_->run("COMMIT");
}

InventoryRows Oracle::inventory() {
  return impl_->select<InventoryRows>(kInventory);
}

AnalyticsRows Oracle::analytics(Dimension dimension) {
  const std::string key = dimension == Dimension::total ? "'all'" : std::string(to_string(dimension));
  return impl_->select<AnalyticsRows>(analytics_sql(key));
}

InventoryRows inventory_rows_of(State& state) {
  InventoryRows rows;
  REQUIRE(inventory_rows(state, [&](const InventoryRow& row) {
            rows[row.sku] = {row.received, row.sold, row.returned, row.written_off, row.adjusted, row.on_hand};
            return true;
          }).has_value());
  return rows;
}

AnalyticsRows analytics_rows_of(State& state, Dimension dimension) {
  AnalyticsRows rows;
  REQUIRE(analytics_rows(state, dimension, [&](const AnalyticsRow& row) {
            rows[row.key] = {row.orders, row.cancellations, row.units, row.gross_revenue, row.net_revenue};
            return true;
          }).has_value());
  return rows;
}

}  // namespace daybook::test
