// JSON lines: paths, values kept as written, and lines that are no JSON.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::cli::BadRows;
using daybook::test::import_text;
using daybook::test::Imported;
using daybook::test::jsonl_mapping;

namespace {

std::string data_of(const std::string& rule, const std::string& record) {
  return import_text(jsonl_mapping(rule), record + "\n").data();
}

}  // namespace

TEST_CASE("jsonl: a column keeps its JSON value, byte for byte") {
  const std::string rule = "data.v = { column = \"v\" }";
  for (const std::string value :
       {"\"text\"", "\"\\u00e9 \\n\"", "1", "-0", "1.50", "1e400", "123456789012345678901234567890", "true", "false",
        "null", "[1, {\"a\" : 2}]", "{\"z\":1,\"a\":[]}", "\"\"", "{ }"}) {
    CAPTURE(value);
    CHECK(data_of(rule, "{\"id\":1,\"v\":" + value + "}") == "{\"v\":" + value + "}");
    CHECK(data_of(rule, " { \"v\" : " + value + " , \"id\" : 1 } ") == "{\"v\":" + value + "}");
  }
  CHECK(data_of(rule, "{\"id\":1}") == "{}");
}

TEST_CASE("jsonl: a dot reaches into objects, and keys may hold blanks") {
  const std::string record = R"({"id":1,"a":{"b":{"c":"deep"},"d e":[1]},"a.b":"flat"})";
  CHECK(data_of("data.v = \"{a.b.c}\"", record) == R"({"v":"deep"})");
  CHECK(data_of("data.v = { column = \"a.b\" }", record) == R"({"v":{"c":"deep"}})");
  CHECK(data_of("data.v = { column = \"a.d e\" }", record) == R"({"v":[1]})");
  CHECK(data_of("data.v = { column = \"a\" }\ndata.w = { column = \"a.b.c\" }", record) ==
        R"({"v":{"b":{"c":"deep"},"d e":[1]},"w":"deep"})");
  CHECK(data_of("data.v = { column = \"a.x.y\", empty = \"null\" }", record) == R"({"v":null})");
  CHECK(data_of("data.v = { column = \"id.x\", empty = \"null\" }", record) == R"({"v":null})");
}

TEST_CASE("jsonl: of two equal keys the first counts") {
  CHECK(data_of("data.v = { column = \"v\" }", R"({"id":1,"v":null,"v":2})") == R"({"v":null})");
  CHECK(data_of("data.v = { column = \"a.v\" }", R"({"id":1,"a":{"x":1},"a":{"v":2}})") == "{}");
}

TEST_CASE("jsonl: a placeholder takes text, numbers and booleans as written, and null as nothing") {
  const std::string rule = "data.v = \"<{v}>\"";
  CHECK(data_of(rule, R"({"id":1,"v":"a\"bé"})") == R"({"v":"<a\"bé>"})");
  CHECK(data_of(rule, R"({"id":1,"v":1.50})") == R"({"v":"<1.50>"})");
  CHECK(data_of(rule, R"({"id":1,"v":true})") == R"({"v":"<true>"})");
  CHECK(data_of(rule, R"({"id":1,"v":null})") == R"({"v":"<>"})");
  CHECK(data_of(rule, R"({"id":1})") == R"({"v":"<>"})");
}

TEST_CASE("jsonl: a placeholder that meets an object or array is a bad row") {
  for (const std::string value : {"{}", "[1]"}) {
    const std::string record = "{\"id\":1,\"v\":" + value + "}\n";
    for (const std::string rule :
         {"data.v = \"{v}\"", "tags = [\"t:{v}\"]", "correlation = \"{v}\"", "group = [\"v\"]"}) {
      CAPTURE(rule);
      CHECK(
          import_text(jsonl_mapping(rule), record).bad_row().starts_with("1:13 (row 1): \"v\" is an object or array"));
    }
  }
  CHECK(import_text(jsonl_mapping(""), "{\"id\":[]}\n").bad.size() == 1);
}

TEST_CASE("jsonl: data = \"record\" stores the line as it is") {
  const std::string record = R"(  {"z" : 1.0,"id":"x", "a":{"b":[ ]}} )";
  CHECK(data_of("data = \"record\"", record) == record);
  CHECK(import_text(jsonl_mapping("data = \"record\""), record + "\r\n").data() == record);
}

TEST_CASE("jsonl: a line that is no JSON object is a bad row at its place") {
  const std::string mapping = jsonl_mapping("");
  CHECK(import_text(mapping, "{\"id\":1}\n{\"id\":1,}\n").bad_row().starts_with("2:9 (row 2): no valid JSON"));
  for (const std::string line :
       {"", "5", "[]", "\"x\"", "{\"id\":1} x", "{\"id\":1}{\"id\":2}", "{\"id\":01}", "{'id':1}", "{\"id\":tru}",
        "{\"id\":\"\\x\"}", "{\"id\":1", "null", "{\"id\":\"\xff\"}", "{\"id\":\"\\ud800\"}"}) {
    CAPTURE(line);
    const Imported imported = import_text(mapping, line + "\n{\"id\":2}\n", BadRows::skip);
    CHECK(imported.order == std::vector<std::string>{"bad 1", "s-2 2-2"});
  }
}

TEST_CASE("jsonl: LF, CRLF and no line end at the end are the same rows with the same keys") {
  const std::string mapping = jsonl_mapping("");
  const Imported lf = import_text(mapping, "{\"id\":1}\n{\"id\":2}\n");
  for (const std::string input :
       {"{\"id\":1}\r\n{\"id\":2}\r\n", "{\"id\":1}\n{\"id\":2}", "\xef\xbb\xbf{\"id\":1}\n{\"id\":2}\n"}) {
    const Imported other = import_text(mapping, input);
    REQUIRE(other.events.size() == 2);
    CHECK(other.events[0].commit.key == lf.events[0].commit.key);
    CHECK(other.events[1].commit.key == lf.events[1].commit.key);
  }
}

TEST_CASE("jsonl: a line of more than 8 MiB is bad, and the next one is read") {
  const std::string big = "{\"id\":\"" + std::string(9 * 1024 * 1024, 'x') + "\"}";
  const Imported imported = import_text(jsonl_mapping(""), big + "\n{\"id\":2}\n", BadRows::skip);
  CHECK(imported.order == std::vector<std::string>{"bad 1", "s-2 2-2"});
}

TEST_CASE("jsonl: deep nesting that the mapping does not name is passed by") {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  CHECK(data_of("data.v = \"{v}\"", "{\"deep\":" + deep + ",\"id\":1,\"v\":\"x\"}") == R"({"v":"x"})");
}
