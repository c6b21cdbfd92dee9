// A mapping that is wrong is refused with file, line and column, before anything is read.
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"
#include "tests/support/cli_run.h"

using daybook::test::csv_mapping;
using daybook::test::jsonl_mapping;
using daybook::test::mapping_error;

namespace {

/// The complaint about `rule` in an otherwise good CSV mapping; its first line is line 6.
std::string rule_error(const std::string& rule) {
  return mapping_error(csv_mapping(rule));
}

bool complains(const std::string& message, const std::string& where, const std::string& what) {
  CAPTURE(message);
  const bool good = message.starts_with("m.toml:" + where + ": ") && message.find(what) != std::string::npos;
  CHECK(good);
  return good;
}

}  // namespace

TEST_CASE("mapping: what is no TOML says where") {
  complains(mapping_error("source = \"x\nformat = \"csv\""), "1:12", "");
  complains(mapping_error("source = \"x\"\n\xff"), "2:1", "UTF-8");
  complains(mapping_error("a = 1\na = 2"), "2:5", "");
}

TEST_CASE("mapping: unknown keys are errors at every level") {
  complains(mapping_error("sauce = 1\n"), "1:1", "\"sauce\" is no key of the mapping");
  complains(rule_error("steam = \"x\""), "6:1", "\"steam\" is no key of [[event]]");
  complains(rule_error("when = [{ column = \"id\", equals = 1 }]"), "6:26", "\"equals\" is no key of a condition");
  complains(rule_error("occurred_at = { column = \"id\", format = \"%F\", tz = \"UTC\" }"), "6:47", "\"tz\"");
  complains(rule_error("data.x = { column = \"id\", kind = \"integer\" }"), "6:27", "\"kind\" is no key of a field");
}

TEST_CASE("mapping: what must be there is asked for") {
  complains(mapping_error("format = \"csv\"\n[[event]]\nskip = true\n"), "1:1", "`source` is missing");
  complains(mapping_error("source = \"s\"\n[[event]]\nskip = true\n"), "1:1", "`format` is missing");
  complains(mapping_error("source = \"\"\nformat = \"csv\"\n[[event]]\nskip = true\n"), "1:10", "`source`");
  complains(mapping_error("source = \"s\"\nformat = \"xml\"\n[[event]]\nskip = true\n"), "2:10", "`format`");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\n"), "1:1", "no [[event]]");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\nevent = []\n"), "3:9", "[[event]]");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\n[event]\nstream = \"x\"\n"), "3:1", "[[event]]");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\n[[event]]\ntype = \"T\"\n"), "3:1", "`stream` is missing");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\n[[event]]\nstream = \"s\"\n"), "3:1", "`type` is missing");
}

TEST_CASE("mapping: a skip rule has nothing but `when`") {
  const std::string head = "source = \"s\"\nformat = \"csv\"\n[[event]]\nskip = true\n";
  CHECK(mapping_error(head) == "");
  CHECK(mapping_error(head + "when = [{ column = \"a\", empty = true }]\n") == "");
  complains(mapping_error(head + "type = \"T\"\n"), "5:1", "\"type\" is no key of a rule that skips");
  complains(mapping_error(head + "data.x = 1\n"), "5:1", "a rule that skips");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\n[[event]]\nskip = 1\n"), "4:8", "true or false");
}

TEST_CASE("mapping: templates with stray braces are errors") {
  complains(rule_error("data.x = \"{id\""), "6:10", "is not closed");
  complains(rule_error("data.x = \"id}\""), "6:10", "'}'");
  complains(rule_error("data.x = \"{}\""), "6:10", "names no column");
  complains(rule_error("data.x = \"{a{b}}\""), "6:10", "inside of a placeholder");
  complains(rule_error("tags = [\"ok\", \"{\"]"), "6:15", "is not closed");
  complains(rule_error("correlation = \"{\""), "6:15", "is not closed");
}

TEST_CASE("mapping: conditions that say nothing or nonsense are errors") {
  complains(rule_error("when = { column = \"id\", eq = 1 }"), "6:8", "array of conditions");
  complains(rule_error("when = [1]"), "6:9", "a condition is a table");
  complains(rule_error("when = [{ eq = 1 }]"), "6:9", "`column` is missing");
  complains(rule_error("when = [{ column = \"id\" }]"), "6:9", "says nothing");
  complains(rule_error("when = [{ column = \"id\", gt = true }]"), "6:31", "compared by eq or ne");
  complains(rule_error("when = [{ column = \"id\", gt = nan }]"), "6:31", "nan");
  complains(rule_error("when = [{ column = \"id\", eq = [1] }]"), "6:31", "takes a number, a string or a boolean");
  complains(rule_error("when = [{ column = \"id\", eq = 2011-01-01 }]"), "6:31",
            "takes a number, a string or a boolean");
  complains(rule_error("when = [{ column = \"id\", empty = 1 }]"), "6:34", "true or false");
  complains(rule_error("when = [{ column = \"id\", matches = 1 }]"), "6:36", "a glob");
  for (const std::string glob : {"[a", "[]", "[!]", "a\\\\", "[z-a]"}) {
    complains(rule_error("when = [{ column = \"id\", matches = \"" + glob + "\" }]"), "6:36", "the glob");
  }
}

TEST_CASE("mapping: fields of the wrong kind are errors") {
  complains(rule_error("data.x = { column = \"id\", type = \"float\" }"), "6:34", "is no type");
  complains(rule_error("data.x = { column = \"id\", empty = \"skip\" }"), "6:35", "`empty`");
  complains(rule_error("data.x = { column = \"id\", negate = true }"), "6:36", "can be negated");
  complains(rule_error("data.x = { column = \"id\", type = \"boolean\", negate = true }"), "6:54", "can be negated");
  complains(rule_error("data.x = { column = 1 }"), "6:21", "`column`");
  complains(rule_error("data.x = [1]"), "6:10", "a value is");
  complains(rule_error("data.x = 2011-01-01"), "6:10", "a value is");
  complains(rule_error("data.x = inf"), "6:10", "JSON has no");
  complains(rule_error("data = 1"), "6:8", "`data`");
  complains(rule_error("lines = \"x\""), "6:9", "`lines`");
  complains(rule_error("data.lines = 1\nlines.x = 1"), "6:14", "the same key");
}

TEST_CASE("mapping: groups, tags, names and times that cannot be are errors") {
  complains(rule_error("group = []"), "6:9", "array of names");
  complains(rule_error("group = \"id\""), "6:9", "array of names");
  complains(rule_error("group = [1]"), "6:9", "array of names");
  complains(rule_error("tags = \"x\""), "6:8", "array of strings");
  complains(rule_error("tags = [\"\"]"), "6:9", "a tag is empty");
  complains(rule_error("occurred_at = \"id\""), "6:15", "is a table");
  complains(rule_error("occurred_at = { column = \"id\" }"), "6:15", "`format` is missing");
  complains(rule_error("occurred_at = { column = \"id\", format = \"%H:%M\" }"), "6:15", "whole date");
  complains(rule_error("occurred_at = { column = \"id\", format = \"%Y-%m-%7777777777d\" }"), "6:15", "whole date");
  complains(rule_error("occurred_at = { column = \"id\", format = \"%F\", zone = \"Europe/Lundun\" }"), "6:15",
            "no time zone");
  const std::string head = "source = \"s\"\nformat = \"csv\"\n[[event]]\n";
  complains(mapping_error(head + "stream = \"$x\"\ntype = \"T\"\n"), "4:10", "begins with `$`");
  complains(mapping_error(head + "stream = \"x\"\ntype = \"a\\nb\"\n"), "5:8", "control character");
  complains(mapping_error(head + "stream = \"" + std::string(513, 'x') + "\"\ntype = \"T\"\n"), "4:10",
            "has 513 bytes; at most 512 are allowed");
}

TEST_CASE("mapping: keys for CSV alone are refused with JSON lines, and the other way round") {
  complains(mapping_error("source = \"s\"\nformat = \"jsonl\"\ndelimiter = \";\"\n[[event]]\nskip = true\n"), "3:13",
            "csv");
  complains(mapping_error("source = \"s\"\nformat = \"jsonl\"\ncolumns = [\"a\"]\n[[event]]\nskip = true\n"), "3:11",
            "csv");
  complains(rule_error("data = \"record\""), "6:8", "jsonl");
  complains(mapping_error(jsonl_mapping("data = \"record\"\nlines.x = 1")), "7:1", "`lines`");
  complains(mapping_error(jsonl_mapping("data.x = \"{a..b}\"")), "6:10", "empty part");
  for (const std::string delimiter : {";;", "\\\"", "\\n", "£"}) {
    complains(
        mapping_error("source = \"s\"\nformat = \"csv\"\ndelimiter = \"" + delimiter + "\"\n[[event]]\nskip = true\n"),
        "3:13", "`delimiter`");
  }
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\ncolumns = [\"a\", \"a\"]\n[[event]]\nskip = true\n"),
            "3:11", "more than once");
  complains(mapping_error("source = \"s\"\nformat = \"csv\"\ncolumns = [\"a\"]\n[[event]]\nstream = \"{a}\"\n"
                          "type = \"T\"\ndata.x = { column = \"b\" }\n"),
            "7:21", "\"b\" is not in `columns`");
}

TEST_CASE("mapping: an error is one line, also where the parser below quotes a line break") {
  const std::string message = rule_error("data.x = n\n\x01");
  CHECK(message.find("\\n") != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("mapping: nesting beyond the limit is an error, not a crash") {
  std::string key = "data";
  for (int i = 0; i < 100; ++i) key += ".a";
  CHECK(rule_error(key + " = 1").find("nested more than 64 deep") != std::string::npos);
  for (int i = 0; i < 20'000; ++i) key += ".a";
  CHECK(rule_error(key + " = 1") != "");
  CHECK(rule_error("data.x = " + std::string(20'000, '[')) != "");
}

TEST_CASE("mapping: a file, its source, its rules and their tags are bounded") {
  const auto with_source = [](std::size_t bytes) {
    return mapping_error("source = \"" + std::string(bytes, 's') + "\"\nformat = \"csv\"\n[[event]]\nskip = true\n");
  };
  CHECK(with_source(256) == "");
  complains(with_source(257), "1:10", "longer than 256 bytes");
  const auto with_rules = [](int count) {
    std::string text = "source = \"s\"\nformat = \"csv\"\n";
    for (int i = 0; i < count; ++i) text += "[[event]]\nskip = true\n";
    return mapping_error(text);
  };
  CHECK(with_rules(1000) == "");
  complains(with_rules(1001), "3:1", "more than 1000");
  const auto with_tags = [](int count) {
    std::string text = "tags = [";
    for (int i = 0; i < count; ++i) text += "\"t\",";
    return rule_error(text + "]");
  };
  CHECK(with_tags(64) == "");
  complains(with_tags(65), "6:8", "more than 64");
  const daybook::test::ScratchDirectory scratch;
  const auto load = [&scratch](std::size_t bytes) {
    std::string text = csv_mapping("");
    text += "#" + std::string(bytes - text.size() - 1, 'x');
    std::ofstream(scratch / "m.toml") << text;
    const auto loaded = daybook::cli::Mapping::load(scratch / "m.toml");
    return loaded ? "" : loaded.error().message;
  };
  CHECK(load(1024 * 1024) == "");
  CHECK(load(1024 * 1024 + 1).find("at most 1 MiB") != std::string::npos);
}

TEST_CASE("mapping: a file that is not there, a directory and one that is too large are errors") {
  CHECK(daybook::cli::Mapping::load("no/such/file.toml").error().message.find("cannot be read") != std::string::npos);
  CHECK(daybook::cli::Mapping::load("/tmp").error().message.find("cannot be read") != std::string::npos);
  CHECK(daybook::cli::Mapping::load("no").error().code == daybook::Code::invalid);
}
