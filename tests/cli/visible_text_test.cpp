// Nothing from data makes a terminal act, and columns are counted as a terminal counts them.
#include <string>

#include <doctest/doctest.h>

#include "cli/visible_text.h"

using daybook::cli::clip;
using daybook::cli::display_width;
using daybook::cli::json_visible;
using daybook::cli::visible;

TEST_CASE("visible: control characters and turns of direction are spelled out") {
  CHECK(visible("plain £ 日本 😀") == "plain £ 日本 😀");
  CHECK(visible("\x1b[31mred\x1b[0m") == "\\u001b[31mred\\u001b[0m");
  CHECK(visible("a\nb\rc\td") == "a\\nb\\rc\\td");
  CHECK(visible("\x7F") == "\\u007f");
  CHECK(visible("\xC2\x9B"
                "31m") == "\\u009b31m");
  CHECK(visible("\xE2\x80\xAE"
                "abc") == "\\u202eabc");
  CHECK(visible("\xE2\x81\xA6") == "\\u2066");
  CHECK(visible("\xEF\xBB\xBF") == "\\ufeff");
  CHECK(visible(std::string("\0", 1)) == "\\u0000");
}

TEST_CASE("visible: bytes that are no UTF-8 are spelled out one by one") {
  CHECK(visible("\xFF"
                "a\xC3") == "\\xffa\\xc3");
  CHECK(visible("\xC0\x9B") == "\\xc0\\x9b");           // An overlong form is no way around.
  CHECK(visible("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // A surrogate.
  CHECK(visible("\x9B") == "\\x9b");
  CHECK(visible("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("visible: whatever the bytes, no control character is left") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string shown = visible(std::string{static_cast<char>(first), static_cast<char>(second)});
      for (std::size_t at = 0; at < shown.size(); ++at) {
        const auto byte = static_cast<unsigned char>(shown[at]);
        REQUIRE(byte >= 0x20);
        REQUIRE(byte != 0x7F);
        if (byte == 0xC2) REQUIRE(static_cast<unsigned char>(shown[at + 1]) >= 0xA0);
      }
    }
  }
}

TEST_CASE("width: wide characters count two columns, combining marks none") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("£") == 1);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("clip: a text that is too long ends with an ellipsis inside of the columns") {
  CHECK(clip("abcdef", 6) == "abcdef");
  CHECK(clip("abcdef", 5) == "abcd…");
  CHECK(clip("abcdef", 1) == "…");
  CHECK(clip("abcdef", 0).empty());
  CHECK(clip("日本語", 6) == "日本語");
  CHECK(clip("日本語", 5) == "日本…");
  CHECK(clip("日本語", 4) == "日…");
  for (std::size_t columns = 1; columns < 10; ++columns) CHECK(display_width(clip("a日b本c語d", columns)) <= columns);
}

TEST_CASE("json_visible: JSON for a terminal means the same and holds no control character") {
  CHECK(json_visible("{\"a\":\"\xC2\x9B\x7F\"}") == "{\"a\":\"\\u009b\\u007f\"}");
  CHECK(json_visible("{\"a\":\"é日\"}") == "{\"a\":\"é日\"}");
}
