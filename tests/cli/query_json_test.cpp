// Queries in JSON.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/query_json.h"

using daybook::Code;
using daybook::Query;
using daybook::Result;
using daybook::cli::parse_query;

TEST_CASE("query: every part is read, and absent or empty parts do not restrict") {
  const Result<Query> query = parse_query(
      R"([{"streams":["a","b"],"types":["T"],"tags":["x","y"],"correlation":"01890a5d-ac96-774b-bcce-b302099a8057"},
          {"streamPrefix":"order-"},{"streams":[],"streamPrefix":"","types":[],"tags":[],"correlation":""}])");
  REQUIRE(query.has_value());
  REQUIRE(query->items.size() == 3);
  CHECK(query->items[0].streams == std::vector<std::string>{"a", "b"});
  CHECK(query->items[0].tags == std::vector<std::string>{"x", "y"});
  CHECK(query->items[0].correlation_id.has_value());
  CHECK(query->items[1].stream_prefix == "order-");
  CHECK(query->items[2].matches_all());
  CHECK(parse_query("[]")->matches_all());
}

TEST_CASE("query: what is wrong is refused, never ignored") {
  for (const char* text :
       {"", "x", "{}", "[1]", R"([{"type":["T"]}])", R"([{"types":"T"}])", R"([{"types":[1]}])",
        R"([{"streamPrefix":1}])", R"([{"correlation":"x"}])", R"([{"correlation":null}])",
        R"([{"types":[],"types":[]}])", R"([{"streams":["a"],"streamPrefix":"b"}])", R"([{"streams":[""]}])"}) {
    CAPTURE(text);
    const Result<Query> query = parse_query(text);
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error().code == Code::invalid);
    CHECK(query.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("query: more than the limits allow is too large") {
  std::string text = "[";
  for (int item = 0; item < 65; ++item) text += item == 0 ? "{}" : ",{}";
  const Result<Query> query = parse_query(text + "]");
  REQUIRE_FALSE(query.has_value());
  CHECK(query.error().code == Code::too_large);
}
