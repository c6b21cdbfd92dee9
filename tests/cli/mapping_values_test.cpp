// What values become: types, empties, negation, constants, nesting, and the order of keys.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;
using daybook::test::jsonl_mapping;

namespace {

/// `data.v` of a row whose column v holds `text`, by `field`; the reason when the row is bad.
std::string csv_value(const std::string& field, const std::string& text) {
  std::string escaped = "\"";
  for (const char byte : text) escaped += byte == '"' ? std::string("\"\"") : std::string(1, byte);
  const Imported imported =
      import_text(csv_mapping("data.v = { column = \"v\", " + field + " }"), "id,v\n1," + escaped + "\"\n");
  if (!imported.bad.empty()) return imported.bad_row();
  const std::string data = imported.data();
  return data == "{}" ? "omitted" : data.substr(5, data.size() - 6);
}

std::string json_value(const std::string& field, const std::string& json) {
  const std::string member = json.empty() ? "" : ",\"v\":" + json;
  const Imported imported =
      import_text(jsonl_mapping("data.v = { column = \"v\"" + (field.empty() ? "" : ", " + field) + " }"),
                  "{\"id\":1" + member + "}\n");
  if (!imported.bad.empty()) return imported.bad_row();
  const std::string data = imported.data();
  return data == "{}" ? "omitted" : data.substr(5, data.size() - 6);
}

bool is_bad(const std::string& value) {
  return value.find("(row 1): \"v\" is ") != std::string::npos;
}

}  // namespace

TEST_CASE("values: an integer is an int64, written as a JSON number") {
  CHECK(csv_value("type = \"integer\"", "6") == "6");
  CHECK(csv_value("type = \"integer\"", "-007") == "-7");
  CHECK(csv_value("type = \"integer\"", "+5") == "5");
  CHECK(csv_value("type = \"integer\"", "-0") == "0");
  CHECK(csv_value("type = \"integer\"", "9223372036854775807") == "9223372036854775807");
  CHECK(csv_value("type = \"integer\"", "-9223372036854775808") == "-9223372036854775808");
  CHECK(csv_value("type = \"integer\", negate = true", "-6") == "6");
  CHECK(csv_value("type = \"integer\", negate = true", "0") == "0");
  CHECK(csv_value("type = \"integer\", negate = true", "9223372036854775807") == "-9223372036854775807");
  for (const std::string bad :
       {"", " 6", "6 ", "6.0", "1e3", "0x1f", "9223372036854775808", "+-5", "-+5", "--5", "+", "-", "six", "1,000"}) {
    CAPTURE(bad);
    CHECK(is_bad(csv_value("type = \"integer\"", bad)));
  }
  CHECK(is_bad(csv_value("type = \"integer\", negate = true", "-9223372036854775808")));
}

TEST_CASE("values: a decimal is a string, exact, with its digits as given, and never -0") {
  for (const std::string same :
       {"2.55", "4.0", "0.001", "-12.50", "007.10", "0", "123456789012345678901234567890.123456789"}) {
    CAPTURE(same);
    CHECK(csv_value("type = \"decimal\"", same) == "\"" + same + "\"");
  }
  CHECK(csv_value("type = \"decimal\"", "+1.5") == "\"1.5\"");
  CHECK(csv_value("type = \"decimal\"", "-0.00") == "\"0.00\"");
  CHECK(csv_value("type = \"decimal\", negate = true", "0.00") == "\"0.00\"");
  CHECK(csv_value("type = \"decimal\", negate = true", "-0") == "\"0\"");
  CHECK(csv_value("type = \"decimal\", negate = true", "1.50") == "\"-1.50\"");
  CHECK(csv_value("type = \"decimal\", negate = true", "-1.50") == "\"1.50\"");
  for (const std::string bad : {"", ".5", "5.", "1e3", "1,5", " 1", "£5", "1.2.3", "-", "NaN"}) {
    CAPTURE(bad);
    CHECK(is_bad(csv_value("type = \"decimal\"", bad)));
  }
}

TEST_CASE("values: a number is a JSON number as given") {
  for (const std::string same : {"2.50", "-0.5e-10", "1E400", "0", "-0", "123456789012345678901234567890"}) {
    CAPTURE(same);
    CHECK(csv_value("type = \"number\"", same) == same);
    CHECK(json_value("type = \"number\"", same) == same);
  }
  CHECK(csv_value("type = \"number\", negate = true", "2.50") == "-2.50");
  CHECK(csv_value("type = \"number\", negate = true", "-2.50e1") == "2.50e1");
  CHECK(csv_value("type = \"number\", negate = true", "0.00e5") == "0.00e5");
  CHECK(csv_value("type = \"number\", negate = true", "-0") == "0");
  for (const std::string bad : {"", "+1", "01", ".5", "1.", "1e", "nan", "- 1"}) {
    CAPTURE(bad);
    CHECK(is_bad(csv_value("type = \"number\"", bad)));
  }
}

TEST_CASE("values: a boolean is true or false") {
  CHECK(csv_value("type = \"boolean\"", "true") == "true");
  CHECK(csv_value("type = \"boolean\"", "false") == "false");
  CHECK(json_value("type = \"boolean\"", "true") == "true");
  for (const std::string bad : {"", "True", "1", "yes", " true"}) CHECK(is_bad(csv_value("type = \"boolean\"", bad)));
  for (const std::string bad : {"1", "null", "[]"}) CHECK(is_bad(json_value("type = \"boolean\"", bad)));
}

TEST_CASE("values: json in a CSV field is put in as it is, on one line") {
  CHECK(csv_value("type = \"json\"", "{\"b\": 1.0, \"a\": [null]}") == "{\"b\": 1.0, \"a\": [null]}");
  CHECK(csv_value("type = \"json\"", " [1,\r\n 2]\n") == "[1, 2]");
  CHECK(csv_value("type = \"json\"", "\"x\"") == "\"x\"");
  for (const std::string bad : {"", "x", "{", "1 2", "1,\"w\":2", "{\"a\":1}}"})
    CHECK(is_bad(csv_value("type = \"json\"", bad)));
  CHECK(json_value("type = \"json\"", "{\"b\":1,\"a\":2}") == "{\"b\":1,\"a\":2}");
  CHECK(json_value("type = \"json\"", "null") == "null");
}

TEST_CASE("values: in JSON lines types take JSON numbers and texts alike") {
  CHECK(json_value("type = \"integer\"", "5") == "5");
  CHECK(json_value("type = \"integer\"", "\"5\"") == "5");
  CHECK(json_value("type = \"decimal\"", "2.50") == "\"2.50\"");
  CHECK(json_value("type = \"decimal\"", "\"2.50\"") == "\"2.50\"");
  CHECK(json_value("type = \"text\"", "2.50") == "\"2.50\"");
  CHECK(json_value("type = \"text\"", "true") == "\"true\"");
  CHECK(json_value("type = \"text\"", "\"\\u0041\"") == "\"A\"");
  CHECK(is_bad(json_value("type = \"integer\"", "5.0")));
  CHECK(is_bad(json_value("type = \"decimal\"", "1e3")));
  for (const std::string type : {"text", "integer", "decimal", "number"}) {
    CHECK(is_bad(json_value("type = \"" + type + "\"", "{}")));
    CHECK(is_bad(json_value("type = \"" + type + "\"", "[1]")));
  }
}

TEST_CASE("values: what is empty becomes null, is left out, is bad, or is kept") {
  for (const std::string type : {"text", "integer", "decimal", "number", "boolean", "json"}) {
    CAPTURE(type);
    CHECK(csv_value("empty = \"null\", type = \"" + type + "\"", "") == "null");
    CHECK(csv_value("empty = \"omit\", type = \"" + type + "\"", "") == "omitted");
    CHECK(is_bad(csv_value("empty = \"error\", type = \"" + type + "\"", "")));
    CHECK(is_bad(csv_value("empty = \"keep\", type = \"" + type + "\"", "")) == (type != "text"));
  }
  for (const std::string empty : {"", "null", "\"\""}) {
    CAPTURE(empty);
    CHECK(json_value("empty = \"null\"", empty) == "null");
    CHECK(json_value("empty = \"omit\"", empty) == "omitted");
    CHECK(is_bad(json_value("empty = \"error\"", empty)));
    CHECK(is_bad(json_value("type = \"integer\"", empty)));
    CHECK(json_value("type = \"text\"", empty) == "\"\"");
  }
  CHECK(csv_value("empty = \"null\"", " ") == "\" \"");
  CHECK(csv_value("empty = \"null\"", "0") == "\"0\"");
  CHECK(json_value("", "null") == "null");
  CHECK(json_value("", "\"\"") == "\"\"");
  CHECK(json_value("", "") == "omitted");
  CHECK(json_value("empty = \"null\"", "[]") == "[]");
  CHECK(json_value("empty = \"null\"", "0") == "0");
}

TEST_CASE("values: constants are texts, numbers and booleans; keys are in byte order at every level") {
  const std::string rule =
      "data.reason = \"writeOff\"\ndata.b = 1\ndata.a = true\ndata.B = 1.50\ndata.c = 1e20\ndata.d = 2.0\n"
      "data.\"é\" = \"{{x}}\"\ndata.z.b = \"{v}\"\ndata.z.a.\"q\\\"\" = -5\ndata.\"a b\" = false\n";
  CHECK(
      import_text(csv_mapping(rule), "id,v\n1,x\n").data() ==
      R"({"B":1.5,"a":true,"a b":false,"b":1,"c":1e+20,"d":2.0,"reason":"writeOff","z":{"a":{"q\"":-5},"b":"x"},"é":"{x}"})");
}

TEST_CASE("values: lines stand among the other keys in byte order") {
  const std::string input = "id,v\n1,x\n";
  CHECK(import_text(csv_mapping("lines.v = \"{v}\""), input).data() == R"({"lines":[{"v":"x"}]})");
  CHECK(import_text(csv_mapping("lines.v = \"{v}\"\ndata.a = 1"), input).data() == R"({"a":1,"lines":[{"v":"x"}]})");
  CHECK(import_text(csv_mapping("lines.v = \"{v}\"\ndata.z = 1"), input).data() == R"({"lines":[{"v":"x"}],"z":1})");
  CHECK(import_text(csv_mapping("lines.b.c = 1\nlines.b.a = \"{v}\"\ndata.line = 0\ndata.lines2 = 1"), input).data() ==
        R"({"line":0,"lines":[{"b":{"a":"x","c":1}}],"lines2":1})");
  CHECK(import_text(csv_mapping("data.lines.x = 1"), input).data() == R"({"lines":{"x":1}})");
  CHECK(import_text(csv_mapping(""), input).data() == "{}");
}

TEST_CASE("values: a member that is left out leaves no comma behind") {
  const std::string omit = "{ column = \"v\", empty = \"omit\" }";
  const std::string rule = "data.a = " + omit + "\ndata.b = 1\ndata.m = " + omit + "\ndata.z = " + omit +
                           "\nlines.a = " + omit + "\nlines.b = " + omit + "\nlines.c = 2\n";
  CHECK(import_text(csv_mapping(rule), "id,v\n1,\n").data() == R"({"b":1,"lines":[{"c":2}]})");
  CHECK(import_text(csv_mapping("data.z = " + omit + "\nlines.a = " + omit), "id,v\n1,\n").data() ==
        R"({"lines":[{}]})");
  CHECK(import_text(csv_mapping("data.a.b = " + omit), "id,v\n1,\n").data() == R"({"a":{}})");
}

TEST_CASE("values: strings are escaped so that data is JSON on one line") {
  CHECK(csv_value("type = \"text\"", std::string("a\0b\x01\n\"\\/", 8)) == R"("a\u0000b\u0001\n\"\\/")");
}

TEST_CASE("values: tags are dropped where a placeholder is empty, and an empty correlation is left out") {
  const std::string rule = "tags = [\"always\", \"v:{v}\", \"{id}/{v}\"]\ncorrelation = \"{v}\"";
  const Imported imported = import_text(csv_mapping(rule), "id,v\n1,\n2,x\n");
  REQUIRE(imported.events.size() == 2);
  CHECK(imported.events[0].commit.events[0].tags == std::vector<std::string>{"always"});
  CHECK(!imported.events[0].commit.events[0].correlation_id);
  CHECK(imported.events[1].commit.events[0].tags == std::vector<std::string>{"always", "v:x", "2/x"});
  CHECK(imported.events[1].commit.events[0].correlation_id);
}

TEST_CASE("values: an empty placeholder in the stream, and names that the log refuses, are bad rows") {
  CHECK(import_text(csv_mapping(""), "v,id\nx,\n").bad_row() ==
        "2:3 (row 1): \"id\" is empty, and the stream's name needs it");
  CHECK(import_text(csv_mapping(""), "id\n" + std::string(511, 'x') + "\n")
            .bad_row()
            .find("has 513 bytes; at most 512 are allowed") != std::string::npos);
  CHECK(import_text(csv_mapping(""), "id\n\"a\nb\"\n").bad_row().find("control character") != std::string::npos);
  CHECK(import_text(csv_mapping("tags = [\"{v}\"]"), "id,v\n1,$x\n").bad_row().find("a tag begins with `$`") !=
        std::string::npos);
  const std::string typed = "source = \"t\"\nformat = \"csv\"\n[[event]]\nstream = \"s\"\ntype = \"{v}\"\n";
  CHECK(import_text(typed, "v\n\"\"\n").bad_row().find("a type's name is empty") != std::string::npos);
  CHECK(import_text(typed, "v\nA\n").events[0].commit.events[0].type == "A");
}

TEST_CASE("values: messages name the column, the value and its place") {
  CHECK(import_text(csv_mapping("data.q = { column = \"v\", type = \"integer\" }"), "id,v\n1,abc\n").bad_row() ==
        "2:3 (row 1): \"v\" is \"abc\", not an integer of 64 bits");
  CHECK(import_text(csv_mapping("data.q = { column = \"v\", type = \"integer\" }"), "id,v\n1,\n").bad_row() ==
        "2:3 (row 1): \"v\" is empty, not an integer of 64 bits; see `empty` in the mapping");
  CHECK(import_text(csv_mapping("data.q = { column = \"v\", type = \"integer\" }"), "id,w,v\n1,\"a\nb\",abc\n")
            .bad_row()
            .starts_with("3:4 "));
}
