// Money is exact, or refused.
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "daybook/retail.h"
#include "projections/money.h"
#include "tests/support/test_seed.h"

namespace daybook {

TEST_CASE("money: a decimal of at most three places is read exactly") {
  CHECK(parse_money("2.55") == 2550);
  CHECK(parse_money("4.0") == 4000);
  CHECK(parse_money("0.001") == 1);
  CHECK(parse_money("17") == 17000);
  CHECK(parse_money("-11062.06") == -11062060);
  CHECK(parse_money("-0.5") == -500);
  CHECK(parse_money("-0") == 0);
  CHECK(parse_money("0007.10") == 7100);
  CHECK(parse_money("9223372036854775.807") == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_money("-9223372036854775.808") == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("money: whatever else is refused") {
  for (const char* text : {"", "-", ".", ".5", "5.", "1e3", "+1", " 1", "1 ", "1,5", "0x10", "--1", "1.2.3", "NaN"}) {
    CAPTURE(text);
    const auto money = parse_money(text);
    REQUIRE(!money.has_value());
    CHECK(money.error().message.find("is no decimal number") != std::string::npos);
  }
  for (const char* text : {"1.0000", "0.0001", "2.5555"}) {
    CAPTURE(text);
    CHECK(parse_money(text).error().message.find("more than three decimal places") != std::string::npos);
  }
  for (const char* text :
       {"9223372036854775.808", "-9223372036854775.809", "99999999999999999999999", "9223372036854776"}) {
    CAPTURE(text);
    CHECK(parse_money(text).error().message.find("beyond the range") != std::string::npos);
  }
}

TEST_CASE("money: it is printed with three places, never as minus nothing") {
  CHECK(money_text(0) == "0.000");
  CHECK(money_text(1) == "0.001");
  CHECK(money_text(-1) == "-0.001");
  CHECK(money_text(-999) == "-0.999");
  CHECK(money_text(1000) == "1.000");
  CHECK(money_text(10655622484) == "10655622.484");
  CHECK(money_text(std::numeric_limits<std::int64_t>::max()) == "9223372036854775.807");
  CHECK(money_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775.808");
}

TEST_CASE("money: what is printed reads back as itself") {
  const std::uint64_t seed = test::test_seed();
  std::mt19937_64 random(seed);
  for (int i = 0; i < 10000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    CHECK(parse_money(money_text(value)) == value);
  }
}

}  // namespace daybook
