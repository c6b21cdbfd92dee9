// Runs: which rows become one event, where it ends, and what a bad row does to it.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::cli::BadRows;
using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;
using Order = std::vector<std::string>;

namespace {

const std::string kGrouped = csv_mapping("group = [\"id\"]\nlines.v = { column = \"v\", type = \"integer\" }");

/// Sales, write-offs, skipped rows, in a mapping with three rules.
const std::string kRules =
    "source = \"t\"\nformat = \"csv\"\n"
    "[[event]]\nwhen = [{ column = \"v\", gt = 0 }]\ngroup = [\"id\"]\nstream = \"s-{id}\"\ntype = \"Sold\"\nlines.v = "
    "\"{v}\"\n"
    "[[event]]\nwhen = [{ column = \"v\", lt = 0 }]\ngroup = [\"id\"]\nstream = \"s-{id}\"\ntype = \"Off\"\nlines.v = "
    "\"{v}\"\n"
    "[[event]]\nwhen = [{ column = \"id\", eq = \"x\" }]\nskip = true\n";

std::string data_at(const Imported& imported, std::size_t index) {
  return imported.events.at(index).commit.events.at(0).data;
}

}  // namespace

TEST_CASE("runs: consecutive rows of one key are one event, with a line a row") {
  const Imported imported = import_text(kGrouped, "id,v\na,1\na,2\nb,3\na,4\n");
  CHECK(imported.order == Order{"s-a 1-2", "s-b 3-3", "s-a 4-4"});
  CHECK(data_at(imported, 0) == R"({"lines":[{"v":1},{"v":2}]})");
  CHECK(data_at(imported, 1) == R"({"lines":[{"v":3}]})");
}

TEST_CASE("runs: without group each row is an event, equal rows too") {
  const Imported imported = import_text(csv_mapping("lines.v = \"{v}\""), "id,v\na,1\na,1\n");
  CHECK(imported.order == Order{"s-a 1-1", "s-a 2-2"});
  CHECK(imported.events[0].commit.key != imported.events[1].commit.key);
}

TEST_CASE("runs: several columns make a key, and they do not run together") {
  const std::string mapping = csv_mapping("group = [\"id\", \"v\"]");
  CHECK(import_text(mapping, "id,v\na,bc\nab,c\nab,c\nab,\n").order == Order{"s-a 1-1", "s-ab 2-3", "s-ab 4-4"});
}

TEST_CASE("runs: the first row gives all but the lines") {
  const std::string rule =
      "group = [\"id\"]\ntags = [\"{v}\"]\ncorrelation = \"{v}\"\ndata.v = \"{v}\"\nlines.v = \"{v}\"";
  const Imported imported = import_text(csv_mapping(rule), "id,v\na,1\na,2\n");
  CHECK(imported.data() == R"({"lines":[{"v":"1"},{"v":"2"}],"v":"1"})");
  CHECK(imported.events[0].commit.events[0].tags == std::vector<std::string>{"1"});
}

TEST_CASE("runs: a change of rule ends a run, though the key stays, and so does a skipped row") {
  const Imported imported = import_text(kRules, "id,v\na,1\na,2\na,-1\na,3\na,4\nx,0\na,5\n");
  CHECK(imported.order == Order{"s-a 1-2", "s-a 3-3", "s-a 4-5", "s-a 7-7"});
  CHECK(imported.events[1].commit.events[0].type == "Off");
  CHECK(imported.skipped == 1);
  CHECK(imported.rows == 7);
}

TEST_CASE("runs: the first rule whose conditions hold takes the row, and a row that none takes is bad") {
  CHECK(import_text(kRules, "id,v\nx,1\n").events[0].commit.events[0].type == "Sold");
  CHECK(import_text(kRules, "id,v\na,0\n").bad_row() == "2:1 (row 1): no [[event]] of the mapping takes this row");
}

TEST_CASE("runs: at a bad row an import stops, and the run that is open is given up") {
  CHECK(import_text(kGrouped, "id,v\na,1\nb,2\nb,x\nb,4\nc,5\n").order == Order{"s-a 1-1", "bad 3"});
  // Its key may be what is wrong with the row, so another key does not close the run either.
  CHECK(import_text(kGrouped, "id,v\na,1\nb,2\nc,x\nd,5\n").order == Order{"s-a 1-1", "bad 3"});
  CHECK(import_text(kGrouped, "id,v\na,1\nb,2\nshort\n").order == Order{"s-a 1-1", "bad 3"});
  // Without group no run is open: what came before is an event.
  CHECK(import_text(csv_mapping("data.v = { column = \"v\", type = \"integer\" }"), "id,v\na,1\nb,x\n").order ==
        Order{"s-a 1-1", "bad 2"});
}

TEST_CASE("runs: a bad row that is skipped ends the run, which stays whole") {
  const Imported imported = import_text(kGrouped, "id,v\na,1\na,x\na,3\nb,y\nb,5\n", BadRows::skip);
  CHECK(imported.order == Order{"s-a 1-1", "bad 2", "s-a 3-3", "bad 4", "s-b 5-5"});
  CHECK(data_at(imported, 0) == R"({"lines":[{"v":1}]})");
  CHECK(data_at(imported, 1) == R"({"lines":[{"v":3}]})");
}

TEST_CASE("runs: mending a bad row gives the events of a file that was never bad") {
  const Imported never = import_text(kGrouped, "id,v\na,1\nb,2\nb,3\nb,4\n");
  const Imported stopped = import_text(kGrouped, "id,v\na,1\nb,2\nb,x\nb,4\n");
  REQUIRE(stopped.events.size() == 1);
  CHECK(stopped.events[0].commit.key == never.events[0].commit.key);
  CHECK(never.order == Order{"s-a 1-1", "s-b 2-4"});
}

TEST_CASE("runs: at 10,000 rows a run ends and the next row opens a new event") {
  std::string input = "id,v\n";
  for (int i = 0; i < 20'001; ++i) input += "a,1\n";
  CHECK(import_text(kGrouped, input).order == Order{"s-a 1-10000", "s-a 10001-20000", "s-a 20001-20001"});
  // The 10,000th row closes its event at once: a bad row behind it takes nothing away.
  std::string bad = "id,v\n";
  for (int i = 0; i < 10'000; ++i) bad += "a,1\n";
  CHECK(import_text(kGrouped, bad + "a,x\n").order == Order{"s-a 1-10000", "bad 10001"});
}

TEST_CASE("runs: a row that would make the data larger than 8 MiB is bad") {
  const std::string mapping = csv_mapping("group = [\"id\"]\nlines.v = \"{v}\"\ndata.z = \"tail\"");
  const std::string mebibyte(1024 * 1024, 'v');
  std::string input = "id,v\n";
  for (int i = 0; i < 8; ++i) input += "a," + mebibyte + "\n";
  const Imported imported = import_text(mapping, input + "a,end\n", BadRows::skip);
  CHECK(imported.order == Order{"s-a 1-7", "bad 8", "s-a 9-9"});
  CHECK(imported.bad[0].reason == "with this row the event's data would be larger than 8 MiB");
  CHECK(data_at(imported, 0).size() < 8 * 1024 * 1024);
  const std::string once = csv_mapping("data.a = \"{v}\"\ndata.b = \"{v}\"");
  CHECK(import_text(once, "id,v\na," + std::string(5 * 1024 * 1024, 'v') + "\n").bad_row().find("larger than 8 MiB") !=
        std::string::npos);
}

TEST_CASE("runs: an input without rows has no events") {
  CHECK(import_text(kGrouped, "id,v\n").order.empty());
  CHECK(import_text(daybook::test::jsonl_mapping(""), "").order.empty());
}

TEST_CASE("runs: JSON lines group by the text of their values") {
  const std::string mapping = daybook::test::jsonl_mapping("group = [\"g.h\"]");
  CHECK(import_text(mapping,
                    "{\"id\":1,\"g\":{\"h\":5}}\n{\"id\":2,\"g\":{\"h\":\"5\"}}\n{\"id\":3}\n{\"id\":4,\"g\":null}\n")
            .order == Order{"s-1 1-2", "s-3 3-4"});
}
