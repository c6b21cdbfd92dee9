// The events go through the command that users append with, so that what is tested is what they would see.
#include "tests/cli/shop_log.h"

#include <doctest/doctest.h>

namespace daybook::test {

ShopLog::ShopLog() {
  append("order-1", "OrderPlaced",
         R"({"orderId":"1","customerId":"17850","country":"France","placedAt":"2010-12-01 08:26:00",)"
         R"("lines":[{"sku":"A","description":"","quantity":6,"unitPrice":"2.55"},)"
         R"({"sku":"b","description":"","quantity":1,"unitPrice":"0.001"}]})");
  append("order-2", "OrderPlaced",
         R"({"orderId":"2","customerId":null,"country":"EIRE","placedAt":"2010-12-02 08:00:00",)"
         R"("lines":[{"sku":"A","description":"","quantity":1,"unitPrice":"3"}]})");
  append("order-1", "OrderCancelled",
         R"({"orderId":"1","customerId":"17850","country":"France","cancelledAt":"2010-12-03 08:26:00",)"
         R"("lines":[{"sku":"A","description":"","quantity":2,"unitPrice":"2.55"}]})");
  append("stock-A", "StockReceived", R"({"sku":"A","quantity":100,"receivedAt":"2010-12-01"})");
  append("stock-A", "StockAdjusted", R"({"reason":"writeOff","adjustedAt":"x","lines":[{"sku":"A","quantity":-3}]})");
}

void ShopLog::append(const std::string& stream, const std::string& type, const std::string& data) const {
  const CliResult result = run({"append", "--stream", stream, "--type", type, "--data", data});
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
}

CliResult ShopLog::run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--log", log()});
  return run_cli(arguments);
}

CliResult ShopLog::projection(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), "projection");
  return run(std::move(arguments));
}

void ShopLog::run_both() const {
  for (const char* name : {"inventory", "analytics"}) REQUIRE(projection({"run", name}).exit_code == 0);
}

std::string ShopLog::fingerprint(const std::string& pruned) const {
  const std::string prune = " -path ./" + pruned + " -prune -o ";
  return run_shell("cd '" + log() + "' && find . -mindepth 1" + prune +
                   "-printf '%p %i %s %T@ %C@ %m\\n' | sort && find ." + prune +
                   "-type f -print | sort | xargs sha256sum")
      .out;
}

}  // namespace daybook::test
