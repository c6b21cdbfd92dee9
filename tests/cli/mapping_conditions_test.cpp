// Conditions: which rule takes a row.
#include <cmath>
#include <compare>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "cli/import/decimal.h"
#include "tests/cli/import_rows.h"

using daybook::test::import_text;
using daybook::test::Imported;

namespace {

bool taken(const std::string& format, const std::string& condition, const std::string& input) {
  const std::string mapping = "source = \"t\"\nformat = \"" + format + "\"\n[[event]]\nwhen = [" + condition +
                              "]\nstream = \"yes\"\ntype = \"T\"\n[[event]]\nstream = \"no\"\ntype = \"T\"\n";
  const Imported imported = import_text(mapping, input);
  REQUIRE(!imported.error);
  REQUIRE(imported.events.size() == 1);
  return imported.events[0].commit.events[0].stream == "yes";
}

bool csv(const std::string& comparison, const std::string& value) {
  return taken("csv", "{ column = \"v\", " + comparison + " }", "v,w\n\"" + value + "\",\n");
}
bool json(const std::string& comparison, const std::string& value) {
  return taken("jsonl", "{ column = \"v\", " + comparison + " }", value.empty() ? "{}\n" : "{\"v\":" + value + "}\n");
}

}  // namespace

TEST_CASE("conditions: a TOML number compares as a number, exactly") {
  CHECK(csv("gt = 0", "6"));
  CHECK(csv("gt = 9", "10"));
  CHECK(!csv("gt = 0", "0"));
  CHECK(!csv("gt = 0", "-6"));
  CHECK(csv("eq = 5", "5.0"));
  CHECK(csv("eq = 5", "+05"));
  CHECK(csv("eq = 0", "-0.00"));
  CHECK(csv("eq = 0.1", "0.10"));
  CHECK(!csv("eq = 0.1", "0.1000000000000000055"));
  CHECK(csv("lt = 0.1", "0.0999999999999999999999"));
  CHECK(csv("gt = 9223372036854775807", "9223372036854775808"));
  CHECK(csv("eq = 1000", "1e3"));
  CHECK(csv("le = 2", "2"));
  CHECK(csv("ge = -2.5", "-2.5"));
  CHECK(csv("ne = 5", "6"));
  CHECK(json("eq = 5", "5"));
  CHECK(json("eq = 5", "5.00"));
  CHECK(json("gt = 1", "1e400"));
}

TEST_CASE("conditions: a value that is no number fails every comparison with one") {
  for (const std::string comparison : {"eq = 0", "ne = 0", "lt = 0", "le = 0", "gt = 0", "ge = 0", "ne = 0.5"}) {
    CAPTURE(comparison);
    for (const std::string value : {"", "abc", " 1", "1x", "0x10", "inf", "nan"}) CHECK(!csv(comparison, value));
    for (const std::string value : {"", "null", "true", "\"x\"", "{}", "[0]"}) CHECK(!json(comparison, value));
  }
}

TEST_CASE("conditions: a string compares as text, bytewise") {
  CHECK(csv("eq = \"5\"", "5"));
  CHECK(!csv("eq = \"5\"", "5.0"));
  CHECK(csv("lt = \"b\"", "a"));
  CHECK(csv("gt = \"Z\"", "a"));
  CHECK(csv("lt = \"9\"", "10"));
  CHECK(csv("gt = \"z\"", "é"));
  CHECK(csv("eq = \"\"", ""));
  CHECK(csv("ne = \"x\"", ""));
  CHECK(csv("eq = \" x\"", " x"));
  CHECK(!csv("eq = \"x\"", "X"));
  CHECK(json("eq = \"5\"", "5"));
  CHECK(json("eq = \"true\"", "true"));
  CHECK(json("eq = \"\"", "null"));
  CHECK(json("eq = \"\"", ""));
  CHECK(!json("ne = \"x\"", "{}"));
}

TEST_CASE("conditions: a boolean compares as a JSON boolean") {
  CHECK(json("eq = true", "true"));
  CHECK(!json("eq = true", "false"));
  CHECK(json("ne = true", "false"));
  CHECK(!json("eq = true", "\"true\""));
  CHECK(!json("eq = true", "1"));
  CHECK(!json("ne = true", "null"));
  CHECK(csv("eq = true", "true"));
  CHECK(!csv("eq = true", "TRUE"));
}

TEST_CASE("conditions: empty is an empty text, JSON null and a missing key, and nothing else") {
  CHECK(csv("empty = true", ""));
  CHECK(!csv("empty = true", " "));
  CHECK(csv("empty = false", "x"));
  CHECK(json("empty = true", "\"\""));
  CHECK(json("empty = true", "null"));
  CHECK(json("empty = true", ""));
  for (const std::string value : {"0", "false", "{}", "[]", "\" \""}) {
    CHECK(!json("empty = true", value));
    CHECK(json("empty = false", value));
  }
}

TEST_CASE("conditions: all conditions of a rule must hold, in one table or several") {
  CHECK(csv("ge = 1, le = 5", "3"));
  CHECK(!csv("ge = 1, le = 5", "6"));
  const std::string both = "{ column = \"v\", eq = \"a\" }, { column = \"w\", empty = true }";
  CHECK(taken("csv", both, "v,w\na,\n"));
  CHECK(!taken("csv", both, "v,w\na,b\n"));
  CHECK(taken("csv", "", "v,w\na,b\n"));
}

TEST_CASE("conditions: matches is a glob over the whole value") {
  CHECK(csv("matches = \"[0-9]*\"", "536365"));
  CHECK(!csv("matches = \"[0-9]*\"", "C536365"));
  CHECK(!csv("matches = \"[0-9]\"", "53"));
  CHECK(csv("matches = \"*\"", ""));
  CHECK(!csv("matches = \"?\"", ""));
  CHECK(csv("matches = \"\"", ""));
  CHECK(csv("matches = \"?\"", "£"));
  CHECK(csv("matches = \"[à-ü]x\"", "éx"));
  CHECK(!csv("matches = \"c*\"", "C1"));
  CHECK(csv("matches = \"[!a]*\"", "b"));
  CHECK(!csv("matches = \"[!a]*\"", "a"));
  CHECK(csv("matches = \"[^a]\"", "^"));
  CHECK(csv("matches = 'a\\*b'", "a*b"));
  CHECK(!csv("matches = 'a\\*b'", "axb"));
  CHECK(csv("matches = '[]x]'", "]"));
  CHECK(csv("matches = '[a\\]]'", "]"));
  CHECK(csv("matches = '[a-]'", "-"));
  CHECK(csv("matches = \"*ab*cd*\"", "xxababyycdcdz"));
  CHECK(!csv("matches = \"*ab*cd\"", "xxabyycdz"));
  CHECK(csv("matches = \"*.csv\"", "a.csv.csv"));
  CHECK(csv("matches = \"a**b\"", "ab"));
  CHECK(json("matches = \"1.*\"", "1.50"));
  CHECK(!json("matches = \"*\"", "{}"));
  CHECK(json("matches = \"*\"", "null"));
}

TEST_CASE("conditions: no glob takes exponential time") {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK(!csv("matches = \"" + pattern + "b\"", std::string(20'000, 'a')));
}

TEST_CASE("decimal: comparing agrees with arithmetic on integers and scaled numbers") {
  const auto seed = std::random_device{}();
  MESSAGE("seed ", seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> units(-20'000, 20'000);
  std::uniform_int_distribution<int> places(0, 4);
  const auto text_of = [](std::int64_t value, int point, bool with_exponent) {
    const std::string sign = value < 0 ? "-" : "";
    std::string digits = std::to_string(std::abs(value));
    if (with_exponent) return sign + digits + "e-" + std::to_string(point);
    while (digits.size() <= static_cast<std::size_t>(point)) digits.insert(0, "0");
    if (point > 0) digits.insert(digits.size() - static_cast<std::size_t>(point), ".");
    return sign + digits;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t a = units(random);
    const std::int64_t b = i % 3 == 0 ? a : units(random);
    const int a_places = places(random);
    const int b_places = places(random);
    const std::string a_text = text_of(a, a_places, i % 2 == 0);
    const std::string b_text = text_of(b, b_places, i % 5 == 0);
    const auto scaled = [](std::int64_t value, int point) {
      return value * static_cast<std::int64_t>(std::pow(10, 4 - point));
    };
    CAPTURE(a_text);
    CAPTURE(b_text);
    REQUIRE(daybook::cli::compare(*daybook::cli::read_number(a_text), *daybook::cli::read_number(b_text)) ==
            (scaled(a, a_places) <=> scaled(b, b_places)));
  }
}

TEST_CASE("decimal: exponents of any size are compared, not computed") {
  const auto number = [](const char* text) { return *daybook::cli::read_number(text); };
  CHECK(daybook::cli::compare(number("1e999999999999999999999"), number("2")) > 0);
  CHECK(daybook::cli::compare(number("1e-999999999999999999999"), number("0")) > 0);
  CHECK(daybook::cli::compare(number("0e999999999999999999999"), number("0")) == 0);
  CHECK(daybook::cli::compare(number("-1e99999"), number("-1e99998")) < 0);
}
