// Random and mutated bytes for every parser of the importer: no crash, no hang, and what is accepted agrees with a
// second opinion.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <simdjson.h>

#include "cli/json_text.h"
#include "tests/cli/import_rows.h"
#include "tests/support/simple_csv.h"

using daybook::cli::BadRows;
using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;
using daybook::test::jsonl_mapping;
using daybook::test::simple_csv;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
}

Random seeded() {
  const auto seed = std::random_device{}();
  MESSAGE("seed ", seed);
  return Random(seed);
}

/// A text of pieces, most of them special to the format.
std::string text_of(Random& random, const std::vector<std::string>& pieces, std::size_t pieces_max) {
  std::string out;
  for (std::size_t i = below(random, pieces_max + 1); i > 0; --i) out += pieces[below(random, pieces.size())];
  return out;
}

void mutate(Random& random, std::string& text) {
  for (std::size_t i = below(random, 4); i > 0 && !text.empty(); --i) {
    const std::size_t at = below(random, text.size());
    switch (below(random, 3)) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + below(random, 8));
        break;
      default:
        text.insert(at, text, below(random, text.size()), 1 + below(random, 8));
    }
  }
}

}  // namespace

TEST_CASE("fuzz: csv records agree with a simple reading of RFC 4180") {
  Random random = seeded();
  const std::vector<std::string> pieces = {",", ",",  "\"", "\"", "\"\"",  "\n",    "\r\n",    "\r",
                                           "a", "bc", " ",  "£",  "x,y\n", "\"q\"", "\"q,\n\""};
  const std::string mapping = csv_mapping("data.v = \"{v}\"");
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string body = text_of(random, pieces, 12);
    CAPTURE(body);
    const auto expected = simple_csv(body);
    const Imported imported = import_text(mapping, "id,v\n" + body, BadRows::skip);
    REQUIRE(!imported.error);
    if (!expected) {
      REQUIRE(!imported.bad.empty());
      continue;
    }
    REQUIRE(imported.rows == expected->size());
    std::size_t event = 0;
    for (const auto& fields : *expected) {
      if (fields.size() != 2 || fields[0].empty() || fields[0].find_first_of("\r\n") != std::string::npos) continue;
      std::string data = "{\"v\":";
      daybook::cli::append_json_string(data, fields[1]);
      REQUIRE(imported.events.at(event).commit.events[0].stream == "s-" + fields[0]);
      REQUIRE(imported.events.at(event++).commit.events[0].data == data + "}");
      ++read;
    }
    REQUIRE(event == imported.events.size());
  }
  CHECK(read > 500);
}

TEST_CASE("fuzz: what is taken as a JSON record is what simdjson's DOM takes") {
  Random random = seeded();
  const std::vector<std::string> pieces = {"{",
                                           "}",
                                           "[",
                                           "]",
                                           ",",
                                           ":",
                                           "\"id\"",
                                           "\"id\":1",
                                           "\"v\"",
                                           "\"v\":",
                                           "1",
                                           "-0.5e3",
                                           "true",
                                           "null",
                                           "\"a\\n\"",
                                           "\"\\u00e9\"",
                                           " ",
                                           "{\"id\":1}",
                                           "{\"v\":[1,2],\"id\":\"x\"}",
                                           "\\",
                                           "\""};
  const std::string mapping = jsonl_mapping("data.v = { column = \"v\" }\ndata.w = { column = \"v.w\" }");
  simdjson::dom::parser parser;
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string line =
        i % 2 == 0 ? text_of(random, pieces, 10)
                   : std::string(R"({"id": "a1", "v": {"w": [1, 2.5, {"x": null}], "y": "é\"\\"}, "z": [[], {}]})");
    if (i % 2 != 0) mutate(random, line);
    std::erase(line, '\n');
    CAPTURE(line);
    simdjson::dom::element element;
    const bool is_object =
        parser.parse(simdjson::padded_string(line)).get(element) == simdjson::SUCCESS && element.is_object();
    const Imported imported = import_text(mapping, line + "\n", BadRows::skip);
    REQUIRE(!imported.error);
    REQUIRE(imported.rows == 1);
    const bool is_refused_form =
        !imported.bad.empty() &&
        (imported.bad[0].reason.find("no valid JSON") == 0 || imported.bad[0].reason.find("no JSON object") == 0 ||
         imported.bad[0].reason.find("an empty line") == 0 || imported.bad[0].reason.find("invalid UTF-8") == 0 ||
         imported.bad[0].reason.find("a string with half") == 0);
    REQUIRE(is_refused_form == !is_object);
    if (imported.events.size() == 1) {
      ++accepted;
      REQUIRE(daybook::cli::is_json(imported.events[0].commit.events[0].data));
    }
  }
  CHECK(accepted > 500);
}

TEST_CASE("fuzz: mutated mappings are read or refused with a place, never more") {
  Random random = seeded();
  const std::string good = daybook::test::source_file("examples/retail/online-retail.toml");
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = good;
    mutate(random, text);
    mutate(random, text);
    const std::string message = daybook::test::mapping_error(text);
    if (message.empty()) continue;
    ++refused;
    CAPTURE(message);
    REQUIRE(message.starts_with("m.toml:"));
    REQUIRE(message.find('\n') == std::string::npos);
  }
  CHECK(refused > 500);
}

TEST_CASE("fuzz: random bytes as input, plain or with a magic number, end in rows, bad rows or an error") {
  Random random = seeded();
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(below(random, 400), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (i % 4 == 1) bytes.insert(0, "\x1f\x8b\x08");
    if (i % 4 == 2) bytes.insert(0, "\x28\xb5\x2f\xfd");
    if (i % 4 == 3) bytes.insert(0, "id,v\n");
    static_cast<void>(import_text(csv_mapping("group = [\"id\"]\nlines.v = \"{v}\""), bytes, BadRows::skip));
    static_cast<void>(import_text(jsonl_mapping("data = \"record\""), bytes, BadRows::skip));
  }
}
