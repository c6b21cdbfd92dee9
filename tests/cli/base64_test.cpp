// Base64: the vectors of RFC 4648, round trips, and what is refused.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/base64.h"

using daybook::cli::append_base64;
using daybook::cli::decode_base64;

namespace {

std::string encode(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

}  // namespace

TEST_CASE("base64: the vectors of RFC 4648 hold in both directions") {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xFB\xEF\xFF", "++//"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(encode(bytes) == text);
    CHECK(decode_base64(text) == bytes);
  }
}

TEST_CASE("base64: every byte survives") {
  std::string bytes;
  for (int round = 0; round < 3; ++round) {
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    bytes += 'x';
    CHECK(decode_base64(encode(bytes)) == bytes);
  }
}

TEST_CASE("base64: what is cut short, blank or ambiguous is refused") {
  for (const char* text :
       {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm9_", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text).has_value());
  }
}
