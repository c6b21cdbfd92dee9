// Bad input of an import: mappings, and what they are to be used on.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/bad_input.h"

using daybook::test::BadPlace;
using daybook::test::check_bad_input;
using daybook::test::CliResult;
using daybook::test::kGoodMapping;

TEST_CASE("bad input: mappings") {
  struct Bad {
    std::string text;
    std::string says;
  };
  const std::string head = "format = \"csv\"\nsource = \"t\"\n";
  const std::string rule = "[[event]]\nstream = \"s-{id}\"\ntype = \"T\"\n";
  const std::vector<Bad> mappings{
      {"", "`source` is missing"},
      {"format =", "m.toml:1"},
      {"format = \"xml\"\nsource = \"t\"\n" + rule, "xml"},
      {head, "event"},
      {head + rule + "colour = 1\n", "colour"},
      {"colour = 1\n" + kGoodMapping, "colour"},
      {head + rule + "data.v = { column = \"none\" }\n", "none"},
      {head + rule + "data.v = { column = \"v\", type = \"number9\" }\n", "number9"},
      {head + rule + "data.v = { column = \"v\", type = 9 }\n", "m.toml:"},
      {head + "[[event]]\nstream = \"s-{nothing}\"\ntype = \"T\"\n", "nothing"},
      {head + "[[event]]\nstream = \"s-{id\"\ntype = \"T\"\n", "m.toml:"},
      {head + rule + "when = [{ column = \"v\", matches = \"[\" }]\n", "the glob"},
      {head + rule + "when = [{ column = \"v\", gt = [1] }]\n", "m.toml:6:"},
      {head + rule + "when = [{ column = \"v\", above = 1 }]\n", "above"},
      {head + rule + "occurred_at = { column = \"v\", format = \"%Q\" }\n", "m.toml:"},
      {head + rule + "group = [\"nothing\"]\n", "nothing"},
      {std::string("\xff\xfe", 2), "m.toml"},
      {std::string(1'100'000, '#'), "1 MiB"},
      {std::string("format = \"c\0v\"", 14), "m.toml:1"},
  };
  for (const Bad& bad : mappings) {
    BadPlace place;
    place.write("m.toml", bad.text);
    CAPTURE(bad.text.substr(0, 200));
    check_bad_input(place, {{"daybook $I rows.csv", 2, bad.says}});
  }
  check_bad_input(BadPlace(), {
                                  {"daybook import rows.csv --log log --mapping none.toml", 2, "none.toml"},
                                  {"daybook import rows.csv --log log --mapping foreign", 2, "foreign"},
                                  {"daybook import rows.csv --log log --mapping ''", 2, "mapping"},
                                  {"daybook import rows.csv --log log --mapping", 2, "--mapping"},
                              });
}

TEST_CASE("bad input: inputs of an import") {
  BadPlace place;
  place.shell(
      "printf 'id,v\\n1,2\\n' | gzip > rows.gz; head -c 12 rows.gz > cut.gz; head -c 3 rows.gz > cut3.gz; : > "
      "none.csv");
  check_bad_input(
      place,
      {
          {"printf 'id,v\\n1,\"2\\n' | daybook $I -", 1, "standard input:2:", 2},
          {"printf 'id,v\\n1\\n' | daybook $I -", 1, "standard input:2:", 2},
          {"printf 'id,v\\n1,2,3\\n' | daybook $I -", 1, "standard input:2:", 2},
          {"printf 'id,v\\n1\\0,2\\n' | daybook $I -", 1, "standard input:2:", 2},
          {"printf 'id,v\\n\\xff,2\\n' | daybook $I -", 1, "UTF-8", 2},
          {"printf 'id,v\\n1,two\\n' | daybook $I -", 1, "not an integer", 2},
          {"printf 'id,v\\n,2\\n' | daybook $I -", 1, "standard input:2:", 2},
          {"printf 'id,v\\n1,99999999999999999999\\n' | daybook $I -", 1, "not an integer", 2},
          {"(printf 'id,v\\n1,'; long 100000000) | daybook $I -", 1, "8 MiB", 2},
          {"long 100000000 | daybook $I -", 2, "standard input"},
          {"printf 'id,w\\n1,2\\n' | daybook $I -", 2, "column \"v\" is not in standard input"},
          {"printf 'id,v,v\\n1,2,3\\n' | daybook $I -", 2, "v"},
          {"daybook $I none.csv", 2, "none.csv"},
          {"daybook $I missing.csv", 3, "missing.csv: cannot be opened"},
          {"daybook $I foreign", 3, "is a directory"},
          {"daybook $I ''", 3, "cannot be opened"},
          {"daybook $I cut.gz", 3, "cut off", 2},
          {"daybook $I cut3.gz", 3, "cut off", 2},
          {"printf '\\x28\\xb5\\x2f\\xfd' | daybook $I -", 3, "zstd", 2},
          {"printf '\\x1f\\x8bnonsense' | daybook $I -", 3, "gzip", 2},
          {"daybook $I - <&-", 3, "standard input"},
          {"daybook $I - < foreign", 3, "standard input"},
          {"daybook import --log log - <&-", 3, "standard input"},
          {"daybook import --log log rows.csv", 1, "without --mapping", 2},
          {"daybook import --log log cut.gz", 3, "cut off", 2},
          {"echo '{}' | daybook import --log log -", 1, "standard input:1:1", 2},
          {"(event; echo) | sed 's/\"id\":[^,]*,//' | daybook import --log log -", 1, "neither a 'key' nor an 'id'", 2},
          {"event ',\"tag\":1' | daybook import --log log -", 1, "unknown field 'tag'", 2},
          {"event | sed s/1}/}/ | daybook import --log log -", 1, "standard input:1:", 2},
          {"event \",\\\"tags\\\":[\\\"$(long 300)\\\"]\" | daybook import --log log -", 1, "256", 2},
          {"head -c 70000000 /dev/zero | tr '\\0' 'x' | daybook import --log log -", 1, "64 MiB", 2},
      });
}

TEST_CASE("bad input: what looks wrong and is not: a byte-order mark, CR LF, no line end, empty lines of an export") {
  BadPlace place;
  for (const std::string line :
       {"printf '\\xef\\xbb\\xbfid,v\\n1,2\\n' | daybook $I -", "printf 'id,v\\r\\n1,2\\r\\n' | daybook $I -",
        "printf 'id,v\\n1,2' | daybook $I -",
        "(printf '\\xef\\xbb\\xbf'; event; echo; printf '\\r\\n'; event) | daybook import --log log -"}) {
    CAPTURE(line);
    const CliResult result = place.shell(line);
    CHECK(result.exit_code == 0);
    CHECK(result.err == "");
  }
  CHECK(place.shell("daybook stats --json $LOG").out.starts_with(R"({"events":4,)"));
}
