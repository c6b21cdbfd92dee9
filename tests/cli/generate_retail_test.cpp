// `generate retail`: the same request is the same events, on every machine and for ever; and they look like a shop's.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/generate/retail.h"
#include "cli/generate/year.h"
#include "cli/json_text.h"
#include "daybook/log.h"
#include "daybook/retail.h"
#include "schema/event_codec.h"
#include "schema/hash.h"
#include "tests/support/cli_run.h"

namespace daybook::cli {
namespace {

using test::CliResult;
using test::run_cli;
using test::ScratchDirectory;

std::vector<Commit> all_commits(const RetailRequest& request) {
  RetailGenerator generator(request);
  std::vector<Commit> commits;
  while (auto commit = generator.next()) commits.push_back(std::move(*commit));
  CHECK(generator.orders_done() == request.orders);
  return commits;
}

// Everything that a producer says: events with their ids, keys, expectations.
std::string digest(const std::vector<Commit>& commits) {
  Hasher128 hasher;
  for (const Commit& commit : commits) {
    hasher.add_text(Uuid{fingerprint_of(commit.events)}.text());
    hasher.add_text(commit.key.value_or(Uuid{}).text());
    for (const ExpectedVersion& expected : commit.expected) hasher.add_text(expected.stream);
  }
  return Uuid{hasher.finish()}.text();
}

CliResult generate(const std::string& log, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"generate", "retail", "--log", log, "--durability", "buffered"});
  return run_cli(arguments);
}

}  // namespace

TEST_CASE("generate: the same orders and seed give the same commits, byte for byte, in every build") {
  const std::string first = digest(all_commits({.orders = 500, .seed = 7}));
  CHECK(first == digest(all_commits({.orders = 500, .seed = 7})));
  CHECK(first == "ccf30fad-0ea7-a962-4911-4ca872e88f29");
  CHECK(first != digest(all_commits({.orders = 500, .seed = 8})));
  CHECK(first != digest(all_commits({.orders = 501, .seed = 7})));
}

TEST_CASE("generate: all kinds of events come, with JSON data, a key each, and ids of their own") {
  std::map<std::string, int> types;
  std::set<std::string> keys;
  std::set<std::string> ids;
  for (const Commit& commit : all_commits({.orders = 4000, .seed = 1})) {
    REQUIRE(commit.key.has_value());
    CHECK(keys.insert(commit.key->text()).second);
    for (const Event& event : commit.events) {
      ++types[event.type];
      CHECK(is_json(event.data));
      REQUIRE(event.id.has_value());
      CHECK(ids.insert(event.id->text()).second);
      CHECK(event.occurred_at.has_value());
      const bool stock = event.stream.starts_with("stock-");
      CHECK((stock || event.stream.starts_with("order-")));
      CHECK(event.correlation_id.has_value() == !stock);
    }
  }
  CHECK(types.size() == 5);
  CHECK(types["OrderPlaced"] > 4000);  // Some orders are extended by a second event.
  CHECK(types["OrderCancelled"] > 100);
  CHECK(types["StockReceived"] > 100);
  CHECK(types["StockAdjusted"] > 20);
  CHECK(types["AccountAdjusted"] > 0);
}

TEST_CASE("generate: seeds share no order stream") {
  std::set<std::string> streams;
  for (const std::uint64_t seed : {0, 1, 2}) {
    std::set<std::string> own;
    for (const Commit& commit : all_commits({.orders = 50, .seed = seed})) {
      for (const Event& event : commit.events) {
        if (event.stream.starts_with("order-")) own.insert(event.stream);
      }
    }
    CHECK(own.size() == 50);
    for (const std::string& stream : own) CHECK(streams.insert(stream).second);
  }
}

TEST_CASE("generate: orders come in time order, within opening hours of one year, however many they are") {
  const Year year;
  for (const std::uint64_t count : {1UL, 2UL, 1000UL, 10'000'000UL}) {
    Timestamp before{};
    for (std::uint64_t i = 0; i < count; i += std::max<std::uint64_t>(1, count / 5000)) {
      const Timestamp time = year.time_of(i, count);
      const std::string text = time_text(time);
      CHECK(time >= before);
      CHECK(text.starts_with("2024-"));
      CHECK(text.substr(11, 2) >= "08");
      CHECK(text.substr(11, 2) < "20");
      before = time;
    }
    CHECK(time_text(year.time_of(count - 1, count)) <= "2024-12-31 20");
  }
  CHECK(time_text(delivery_time(year.time_of(0, 1))) == "2024-01-01 07:30:00");
}

TEST_CASE("generate: nothing is sold that is not in stock") {
  const ScratchDirectory scratch;
  REQUIRE(generate(scratch / "log", {"--orders", "2000", "--seed", "3"}).exit_code == 0);
  REQUIRE(run_cli({"projection", "run", "inventory", "--log", scratch / "log"}).exit_code == 0);
  const auto reader = ProjectionReader::open(std::filesystem::path(scratch / "log") / "projections/inventory");
  REQUIRE(reader.has_value());
  std::size_t rows = 0;
  REQUIRE(inventory_rows((*reader)->state(), [&](const InventoryRow& row) {
            CHECK_MESSAGE(row.on_hand >= 0, row.sku);
            return ++rows > 0;
          }).has_value());
  CHECK(rows > 500);
}

TEST_CASE("generate: a second run adds nothing, and another seed goes beside the first") {
  const ScratchDirectory scratch;
  const CliResult first = generate(scratch / "log", {"--orders", "300", "--seed", "5", "--json"});
  REQUIRE(first.exit_code == 0);
  const CliResult second = generate(scratch / "log", {"--orders", "300", "--seed", "5", "--json"});
  REQUIRE(second.exit_code == 0);
  const auto field = [](const CliResult& result, const std::string& name) {
    const std::size_t at = result.out.find("\"" + name + "\":");
    REQUIRE(at != std::string::npos);
    return std::stoull(result.out.substr(at + name.size() + 3));
  };
  CHECK(field(first, "orders") == 300);
  CHECK(field(first, "eventsAdded") == field(first, "head"));
  CHECK(field(second, "eventsAdded") == 0);
  CHECK(field(second, "eventsPresent") == field(first, "eventsAdded"));
  CHECK(field(second, "head") == field(first, "head"));
  const CliResult other = generate(scratch / "log", {"--orders", "300", "--seed", "6", "--json"});
  CHECK(other.exit_code == 0);
  CHECK(field(other, "head") == field(first, "head") + field(other, "eventsAdded"));
  CHECK(run_cli({"verify", "--log", scratch / "log"}).exit_code == 0);
}

TEST_CASE("generate: another number of orders under a seed that the log holds is refused, with what to do") {
  const ScratchDirectory scratch;
  REQUIRE(generate(scratch / "log", {"--orders", "20"}).exit_code == 0);
  const CliResult refused = generate(scratch / "log", {"--orders", "30"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("take another --seed, or another log") != std::string::npos);
}

TEST_CASE("generate: wrong flags are exit 2, and no log is made") {
  const ScratchDirectory scratch;
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{},
                                             {"--orders", "0"},
                                             {"--orders", "10000001"},
                                             {"--orders", "ten"},
                                             {"--orders", "-1"},
                                             {"--orders", "1", "--seed", "1000000000"},
                                             {"--orders", "1", "--seed", ""},
                                             {"--orders", "1", "--durability", "x"}}) {
    const CliResult result = generate(scratch / "log", flags);
    CHECK(result.exit_code == 2);
    CHECK(std::ranges::count(result.err, '\n') == 1);
  }
  CHECK(run_cli({"generate", "--log", scratch / "log"}).exit_code == 2);
  CHECK(run_cli({"generate", "retail", "--orders", "1"}).exit_code == 2);
  CHECK(!std::filesystem::exists(scratch / "log"));
}

}  // namespace daybook::cli
