// Both projections equal an independent computation: SQLite over the source, for every SKU, country, day and customer.
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include <doctest/doctest.h>

#include "tests/projections/oracle.h"
#include "tests/support/cli_run.h"
#include "tests/support/test_seed.h"

namespace daybook {
namespace {

using test::AnalyticsRows;
using test::InventoryRows;
using test::Oracle;

const std::filesystem::path kSource = DAYBOOK_SOURCE_DIR;
const std::filesystem::path kData = kSource.parent_path() / "shared/data/online-retail";

void daybook(const std::string& log, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--log", log});
  const test::CliResult result = test::run_cli(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
}

// Names the first difference: a map of four thousand rows is nothing to print.
template <class Rows>
void check_equal(const Rows& found, const Rows& expected) {
  CHECK(found.size() == expected.size());
  for (const auto& [key, values] : expected) {
    const auto at = found.find(key);
    REQUIRE_MESSAGE(at != found.end(), "no row " << key);
    for (std::size_t i = 0; i < values.size(); ++i) {
      REQUIRE_MESSAGE(at->second[i] == values[i], key << ", value " << i);
    }
  }
}

std::unique_ptr<ProjectionReader> open_reader(const std::string& log, const char* name) {
  auto reader = ProjectionReader::open(std::filesystem::path(log) / "projections" / name);
  REQUIRE_MESSAGE(reader.has_value(), reader.error().message);
  return std::move(*reader);
}

// Runs both projections over the log and compares every row.
void check_projections(const std::string& log, Oracle& oracle) {
  daybook(log, {"projection", "run", "inventory"});
  daybook(log, {"projection", "run", "analytics"});
  const auto inventory = open_reader(log, "inventory");
  check_equal(test::inventory_rows_of(inventory->state()), oracle.inventory());
  const auto analytics = open_reader(log, "analytics");
  for (const Dimension dimension :
       {Dimension::total, Dimension::country, Dimension::day, Dimension::sku, Dimension::customer}) {
    CAPTURE(to_string(dimension));
    check_equal(test::analytics_rows_of(analytics->state(), dimension), oracle.analytics(dimension));
  }
}

std::string output_of(const std::string& command) {
  std::string text;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  REQUIRE(pipe != nullptr);
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    text.append(buffer.data(), n);
  return text;
}

// False, saying so, where the file is not there.
bool import(const std::string& log, const std::filesystem::path& file, Oracle& oracle) {
  if (!std::filesystem::exists(file)) {
    MESSAGE("skipped: " << file.filename() << " is not in ../shared/data/online-retail");
    return false;
  }
  const std::string mapping = (kSource / "examples/retail/online-retail.toml").string();
  daybook(log, {"import", file.string(), "--mapping", mapping, "--durability", "buffered"});
  oracle.add_csv(output_of((file.extension() == ".gz" ? "gzip -dc '" : "cat '") + file.string() + "'"));
  return true;
}

}  // namespace

TEST_CASE("projections: over the sample of real orders they equal SQLite over the CSV") {
  const test::ScratchDirectory scratch;
  Oracle oracle;
  if (!import(scratch / "log", kData / "online-retail-sample.csv", oracle)) return;
  check_projections(scratch / "log", oracle);
  CHECK(oracle.analytics(Dimension::total).at("all").at(4) == 58'635'560);
}

TEST_CASE("projections: over the real orders they equal SQLite over the CSV, and the known totals") {
  const test::ScratchDirectory scratch;
  Oracle oracle;
  if (!import(scratch / "log", kData / "online-retail.csv.gz", oracle)) return;
  check_projections(scratch / "log", oracle);
  const InventoryRows inventory = oracle.inventory();
  CHECK(inventory.size() == 4069);
  CHECK(inventory.at("85123A") == std::array<std::int64_t, 6>{0, 41664, 2578, 256, 0, -39342});
  CHECK(oracle.analytics(Dimension::total) ==
        AnalyticsRows{{"all", {20725, 3836, 5383404, 10'655'622'484, 9'747'747'934}}});
  CHECK(oracle.analytics(Dimension::country).size() == 38);
  CHECK(oracle.analytics(Dimension::day).size() == 305);
  CHECK(oracle.analytics(Dimension::sku).size() == 3957);
  CHECK(oracle.analytics(Dimension::customer).size() == 4373);
}

TEST_CASE("projections: over generated orders they equal SQLite over the events") {
  const std::uint64_t seed = test::test_seed();
  const test::ScratchDirectory scratch;
  daybook(scratch / "log", {"generate", "retail", "--orders", "6000", "--seed", std::to_string(seed % 1'000'000'000),
                            "--durability", "buffered"});
  Oracle oracle;
  {
    auto log = Log::open(scratch / "log", {.mode = Mode::read_only});
    REQUIRE_MESSAGE(log.has_value(), log.error().message);
    oracle.add_events(**log);
  }
  check_projections(scratch / "log", oracle);
  // Every column of both is in play.
  std::array<std::int64_t, 6> moved{};
  for (const auto& [sku, values] : oracle.inventory()) {
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += values[i] != 0 ? 1 : 0;
  }
  for (const std::int64_t count : moved) CHECK(count > 0);
  const auto total = oracle.analytics(Dimension::total).at("all");
  CHECK(total[0] == 6000);
  CHECK(total[1] > 0);
}

}  // namespace daybook
