// JSON as text: what is_json() takes and refuses, and what strings look like.
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "cli/json_text.h"

using daybook::cli::append_json_string;
using daybook::cli::is_json;
using daybook::cli::trim_json;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("json: what RFC 8259 calls JSON is taken, numbers of any size included") {
  const std::vector<std::string> good{"{}",
                                      "[]",
                                      "null",
                                      "true",
                                      "false",
                                      "0",
                                      "-0",
                                      "-1.5e+10",
                                      "1E400",
                                      "123456789012345678901234567890",
                                      "\"\"",
                                      "\"\\u00e9\\ud800\\\"\\/\\b\\f\\n\\r\\t\\\\\"",
                                      "[[],{},[{\"a\":[1,2]}]]",
                                      " \t\r\n{ \"a\" : 1 , \"b\" : [ ] } ",
                                      "{\"a\":1,\"a\":2}",
                                      "\"\xC3\xA9\xF0\x9F\x98\x80\"",
                                      "0.001",
                                      "\"\x7F\""};
  for (const std::string& text : good) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("json: what RFC 8259 does not call JSON is refused") {
  const std::vector<std::string> bad{"",
                                     " ",
                                     "{",
                                     "}",
                                     "[",
                                     "]",
                                     "[1,]",
                                     "[,1]",
                                     "{\"a\":1,}",
                                     "{\"a\"}",
                                     "{\"a\":}",
                                     "{a:1}",
                                     "{1:2}",
                                     "[1 2]",
                                     "01",
                                     "-",
                                     "1.",
                                     ".5",
                                     "1e",
                                     "1e+",
                                     "+1",
                                     "NaN",
                                     "Infinity",
                                     "tru",
                                     "truex",
                                     "nul",
                                     "'a'",
                                     "\"",
                                     "\"\\",
                                     "\"\\u12g4\"",
                                     "\"\\x\"",
                                     "\"a\nb\"",
                                     "\"\t\"",
                                     "1 2",
                                     "{}{}",
                                     "[}",
                                     "{]",
                                     "{\"a\":[1}",
                                     "\"\xFF\"",
                                     "\"\xC3\"",
                                     "// x\n1",
                                     "[1]]",
                                     std::string("1\0", 2)};
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("json: a million levels are walked without recursion") {
  constexpr std::size_t kLevels = 1'000'000;
  CHECK(is_json(std::string(kLevels, '[') + std::string(kLevels, ']')));
  CHECK_FALSE(is_json(std::string(kLevels, '[') + std::string(kLevels - 1, ']')));
}

TEST_CASE("json: every beginning of a text is refused, and no byte is read beyond it") {
  const std::string text = R"({"a":[1,-2.5e3,"x\u00e9\n",null,true,false,{}],"b":{"c":[]}})";
  REQUIRE(is_json(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
    CAPTURE(length);
    CHECK_FALSE(is_json(std::string_view(exact.data(), exact.size())));
  }
}

TEST_CASE("json: strings escape quotes, backslashes and every control character") {
  CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quoted("\n\r\t\x1b") == R"("\n\r\t\u001b")");
  CHECK(quoted("\x7F") == R"("\u007f")");
  CHECK(quoted("\xC2\x9B") == R"("\u009b")");
  CHECK(quoted("\xC2\xA3 £") == "\"\xC2\xA3 £\"");
  CHECK(quoted(std::string("\0", 1)) == R"("\u0000")");
}

TEST_CASE("json: trimming takes JSON's four blanks and nothing else") {
  CHECK(trim_json(" \t\r\n{} \n") == "{}");
  CHECK(trim_json("\v{}") == "\v{}");
  CHECK(trim_json("  ").empty());
}
