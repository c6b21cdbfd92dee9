// CSV as strangers write it: quotes, line breaks, line ends, and what is no CSV.
#include <string>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::cli::BadRows;
using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;

namespace {

const std::string kValue = csv_mapping("data.v = \"{v}\"");

std::string value_of(const std::string& field) {
  return import_text(kValue, "id,v\n1," + field + "\n").data();
}

}  // namespace

TEST_CASE("csv: quotes, delimiters, line breaks, pounds and blanks in fields are kept") {
  CHECK(value_of("plain") == R"({"v":"plain"})");
  CHECK(value_of("\"a,b\"") == R"({"v":"a,b"})");
  CHECK(value_of("\"RECORD FRAME 7\"\" SINGLE SIZE \"") == R"({"v":"RECORD FRAME 7\" SINGLE SIZE "})");
  CHECK(value_of("\"\"\"\"") == R"({"v":"\""})");
  CHECK(value_of("\"two\nlines\"") == R"({"v":"two\nlines"})");
  CHECK(value_of("\"two\r\nlines\"") == R"({"v":"two\r\nlines"})");
  CHECK(value_of("  blanks kept  ") == R"({"v":"  blanks kept  "})");
  CHECK(value_of("£5 and 日本") == "{\"v\":\"£5 and 日本\"}");
  CHECK(value_of("") == R"({"v":""})");
  CHECK(value_of("\"\"") == R"({"v":""})");
  CHECK(value_of("back\\slash\ttab") == R"({"v":"back\\slash\ttab"})");
  CHECK(value_of("{braces} are not looked into: {id} {{") == R"({"v":"{braces} are not looked into: {id} {{"})");
}

TEST_CASE("csv: LF, CRLF and no line end at the end are the same rows with the same keys") {
  const Imported lf = import_text(kValue, "id,v\n1,a\n2,b\n");
  const Imported crlf = import_text(kValue, "id,v\r\n1,a\r\n2,b\r\n");
  const Imported open_end = import_text(kValue, "id,v\n1,a\n2,b");
  const Imported marked = import_text(kValue, "\xef\xbb\xbfid,v\n1,a\n2,b\n");
  REQUIRE(lf.events.size() == 2);
  for (const Imported* other : {&crlf, &open_end, &marked}) {
    REQUIRE(other->events.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(other->events[i].commit.key == lf.events[i].commit.key);
      CHECK(other->events[i].commit.events[0].data == lf.events[i].commit.events[0].data);
    }
  }
}

TEST_CASE("csv: the last field may be empty with and without a line end") {
  CHECK(import_text(kValue, "id,v\n1,").data() == R"({"v":""})");
  CHECK(import_text(kValue, "id,v\n1,\"x\"").data() == R"({"v":"x"})");
  CHECK(import_text(kValue, "v,id\n,1\n").data() == R"({"v":""})");
}

TEST_CASE("csv: a short or long row is bad, and says where") {
  CHECK(import_text(kValue, "id,v\n1,a\n2\n").bad_row() == "3:2 (row 2): the row is too short: 1 field for 2 columns");
  CHECK(import_text(kValue, "id,v\n1,a,b\n").bad_row() == "2:5 (row 1): the row is too long: 3 fields for 2 columns");
  CHECK(import_text(kValue, "id,v\n\n").bad_row() == "2:1 (row 1): the row is too short: 1 field for 2 columns");
}

TEST_CASE("csv: what RFC 4180 does not allow is a bad row, and the rows behind it are read") {
  for (const std::string row : {"1,a\"b", "1,\"a\"b", "1,a\rb"}) {
    CAPTURE(row);
    const Imported imported = import_text(kValue, "id,v\n" + row + "\n2,good\n", BadRows::skip);
    CHECK(imported.order == std::vector<std::string>{"bad 1", "s-2 2-2"});
  }
  CHECK(import_text(kValue, "id,v\n1,ab\"c\n").bad_row().starts_with("2:5 (row 1): a quote inside a field"));
  CHECK(import_text(kValue, "id,v\n1,a\n2,\"never\nclosed\n").bad_row() ==
        "3:3 (row 2): the quote that opens here is never closed");
}

TEST_CASE("csv: lines are counted through fields with line breaks") {
  const Imported imported = import_text(kValue, "id,v\n1,\"a\nb\nc\"\n2,\"x\ny\",z\n");
  CHECK(imported.bad_row() == "6:4 (row 2): the row is too long: 3 fields for 2 columns");
}

TEST_CASE("csv: columns are counted in characters, not bytes") {
  CHECK(import_text(kValue, "v,id\n££,1,x\n").bad_row() == "2:6 (row 1): the row is too long: 3 fields for 2 columns");
}

TEST_CASE("csv: invalid UTF-8 is a bad row at its place") {
  CHECK(import_text(kValue, "id,v\n1,a\xa3\n").bad_row() == "2:4 (row 1): invalid UTF-8");
  CHECK(import_text(kValue, "id,v\n1,\xed\xa0\x80\n").bad_row() == "2:3 (row 1): invalid UTF-8");
}

TEST_CASE("csv: a delimiter and columns of the mapping's own") {
  const std::string mapping =
      "source = \"t\"\nformat = \"csv\"\ndelimiter = \";\"\ncolumns = [\"id\", \"Customer ID\"]\n[[event]]\n"
      "stream = \"s-{id}\"\ntype = \"T\"\ndata.c = \"{Customer ID}\"\n";
  CHECK(import_text(mapping, "7;a,b\n").data() == R"({"c":"a,b"})");
  CHECK(import_text(mapping,
                    "\xef\xbb\xbf"
                    "7;\"a;b\"\n")
            .events[0]
            .commit.events[0]
            .stream == "s-7");
  CHECK(import_text(mapping, "7;a;b\n").bad_row().starts_with("1:5 (row 1): the row is too long"));
}

TEST_CASE("csv: a column that the file lacks is an error before the first event, at its place in the mapping") {
  const Imported imported = import_text(csv_mapping("data.x = \"{Customer ID}\""), "id,v,customer id\n1,a,b\n");
  REQUIRE(imported.error);
  CHECK(imported.error->message.starts_with("m.toml:6:10: column \"Customer ID\" is not in "));
  CHECK(imported.events.empty());
  CHECK(import_text(kValue, "").error->message.find("is empty") != std::string::npos);
  CHECK(import_text(kValue, "id,v,v\n1,2,3\n").error->message.find("more than once") != std::string::npos);
  CHECK(import_text(kValue, "id,v,w,w\n1,2,3,4\n").data() == R"({"v":"2"})");
  CHECK(import_text(kValue, "id,\"v\n1,2\n").error->message.find("never closed") != std::string::npos);
}

TEST_CASE("csv: a header of more than 4,096 columns is refused") {
  const auto import_columns = [](int count) {
    std::string header = "id,v";
    std::string row = "1,x";
    for (int i = 2; i < count; ++i) {
      header += ",c" + std::to_string(i);
      row += ",";
    }
    return import_text(kValue, header + "\n" + row + "\n");
  };
  CHECK(import_columns(4096).data() == R"({"v":"x"})");
  CHECK(import_columns(4097).error->message.find("more than 4096 columns") != std::string::npos);
}

TEST_CASE("csv: a row of more than 8 MiB is bad, bounded, and the next one is read") {
  std::string big(9 * 1024 * 1024, 'x');
  for (const std::string& field : {big, "\"" + big + "\n\""}) {
    const Imported imported = import_text(kValue, "id,v\n1," + field + "\r\n2,good\n", BadRows::skip);
    CHECK(imported.order == std::vector<std::string>{"bad 1", "s-2 2-2"});
    CHECK(imported.bad.front().reason.starts_with("the row is longer than 8 MiB"));
    CHECK(imported.events.front().line == (field.front() == '"' ? 4 : 3));
  }
}

TEST_CASE("csv: records that cross the reader's buffer are read whole") {
  std::string input = "id,v\n";
  std::string expected;
  for (int i = 0; i < 30'000; ++i) {
    input += std::to_string(i) + ",\"value, \"\"" + std::string(static_cast<std::size_t>(i % 97), 'v') + "\"\"\n\"\r\n";
  }
  const Imported imported = import_text(kValue, input);
  REQUIRE(imported.events.size() == 30'000);
  for (std::size_t i = 0; i < imported.events.size(); ++i) {
    const daybook::Event& event = imported.events[i].commit.events[0];
    REQUIRE(event.stream == "s-" + std::to_string(i));
    REQUIRE(event.data == "{\"v\":\"value, \\\"" + std::string(i % 97, 'v') + "\\\"\\n\"}");
    REQUIRE(imported.events[i].line == 2 + i * 2);
  }
}
