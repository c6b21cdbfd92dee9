// When an event occurred: formats, zones, and the hours that clocks skip or repeat.
#include <string>

#include <date/date.h>
#include <doctest/doctest.h>

#include "tests/cli/import_rows.h"

using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;

namespace {

/// The time as RFC 3339 with nanoseconds, or `bad`.
std::string time_of(const std::string& format, const std::string& zone, const std::string& text) {
  const std::string settings = "format = \"" + format + "\"" + (zone.empty() ? "" : ", zone = \"" + zone + "\"");
  const Imported imported =
      import_text(csv_mapping("occurred_at = { column = \"v\", " + settings + " }"), "id,v\n1,\"" + text + "\"\n");
  if (imported.error) return imported.error->message;
  if (!imported.bad.empty()) return "bad";
  return date::format("%FT%TZ", *imported.events.at(0).commit.events[0].occurred_at);
}

std::string london(const std::string& text) {
  return time_of("%Y-%m-%d %H:%M:%S", "Europe/London", text);
}

}  // namespace

TEST_CASE("times: a strptime format in a zone") {
  CHECK(london("2010-12-01 08:26:00") == "2010-12-01T08:26:00.000000000Z");
  CHECK(london("2011-07-01 08:26:00") == "2011-07-01T07:26:00.000000000Z");
  CHECK(london("2011-07-01 08:26:00.25") == "2011-07-01T07:26:00.250000000Z");
  CHECK(time_of("%d/%m/%Y %H:%M", "", "01/12/2010 08:26") == "2010-12-01T08:26:00.000000000Z");
  CHECK(time_of("%m/%d/%y %I:%M %p", "America/New_York", "07/04/11 12:05 AM") == "2011-07-04T04:05:00.000000000Z");
  CHECK(time_of("%d %b %Y", "Asia/Kolkata", "5 Mar 2011") == "2011-03-04T18:30:00.000000000Z");
  CHECK(time_of("%Y%m%dT%H%M%S", "UTC", "20111209T125000") == "2011-12-09T12:50:00.000000000Z");
  CHECK(time_of("%Y-%m-%d", "", "2011-12-09") == "2011-12-09T00:00:00.000000000Z");
  CHECK(time_of("%d/%m/%Y", "", "5/3/2011") == "2011-03-05T00:00:00.000000000Z");
  CHECK(time_of("%s", "Europe/London", "1323435000") == "2011-12-09T12:50:00.000000000Z");
  CHECK(time_of("%s", "", "-1") == "1969-12-31T23:59:59.000000000Z");
  for (const std::string bad : {"", "1.5", "x", "9999999999999"}) CHECK(time_of("%s", "", bad) == "bad");
  CHECK(time_of("%F %T%z", "Europe/London", "2011-07-01 10:00:00+0530") == "2011-07-01T04:30:00.000000000Z");
  CHECK(time_of("%F %T%Ez", "", "2011-07-01 10:00:00-02:00") == "2011-07-01T12:00:00.000000000Z");
}

TEST_CASE("times: a local time that a clock change skips is a bad row") {
  CHECK(london("2011-03-27 00:59:59") == "2011-03-27T00:59:59.000000000Z");
  CHECK(london("2011-03-27 01:00:00") == "bad");
  CHECK(london("2011-03-27 01:59:59") == "bad");
  CHECK(london("2011-03-27 02:00:00") == "2011-03-27T01:00:00.000000000Z");
}

TEST_CASE("times: a local time that a clock change repeats means the earlier") {
  CHECK(london("2011-10-30 00:59:59") == "2011-10-29T23:59:59.000000000Z");
  CHECK(london("2011-10-30 01:00:00") == "2011-10-30T00:00:00.000000000Z");
  CHECK(london("2011-10-30 01:59:59") == "2011-10-30T00:59:59.000000000Z");
  CHECK(london("2011-10-30 02:00:00") == "2011-10-30T02:00:00.000000000Z");
}

TEST_CASE("times: what was remembered of a zone holds across its clock changes, in any order of rows") {
  std::string input = "id,v\n";
  const std::vector<std::pair<std::string, std::string>> expected = {{"2011-03-26 12:00:00", "2011-03-26T12:00:00Z"},
                                                                     {"2011-03-27 01:30:00", ""},
                                                                     {"2011-03-27 02:30:00", "2011-03-27T01:30:00Z"},
                                                                     {"2011-06-01 12:00:00", "2011-06-01T11:00:00Z"},
                                                                     {"2011-03-27 01:30:00", ""},
                                                                     {"2011-10-30 01:30:00", "2011-10-30T00:30:00Z"},
                                                                     {"2011-12-01 12:00:00", "2011-12-01T12:00:00Z"},
                                                                     {"2011-10-30 01:30:00", "2011-10-30T00:30:00Z"},
                                                                     {"2011-06-01 12:00:00", "2011-06-01T11:00:00Z"},
                                                                     {"2011-12-01 12:00:00", "2011-12-01T12:00:00Z"},
                                                                     {"1900-01-01 12:00:00", "1900-01-01T12:00:00Z"},
                                                                     {"2037-06-01 12:00:00", "2037-06-01T11:00:00Z"},
                                                                     {"1700-01-01 12:00:00", "1700-01-01T12:01:15Z"},
                                                                     {"2011-03-27 01:00:00", ""}};
  for (const auto& [local, utc] : expected) input += "1," + local + "\n";
  const Imported imported = import_text(
      csv_mapping("occurred_at = { column = \"v\", format = \"%Y-%m-%d %H:%M:%S\", zone = \"Europe/London\" }"), input,
      daybook::cli::BadRows::skip);
  std::size_t event = 0;
  std::size_t bad = 0;
  for (std::size_t row = 0; row < expected.size(); ++row) {
    CAPTURE(expected[row].first);
    if (expected[row].second.empty()) {
      CHECK(imported.bad.at(bad++).row == row + 1);
      continue;
    }
    const auto& time = imported.events.at(event++).commit.events[0].occurred_at;
    CHECK(date::format("%FT%TZ", date::floor<std::chrono::seconds>(*time)) == expected[row].second);
  }
}

TEST_CASE("times: rfc3339 with offsets and fractions") {
  CHECK(time_of("rfc3339", "", "2011-12-09T12:50:00Z") == "2011-12-09T12:50:00.000000000Z");
  CHECK(time_of("rfc3339", "", "2011-12-09t12:50:00.5+01:00") == "2011-12-09T11:50:00.500000000Z");
  CHECK(time_of("rfc3339", "", "2011-12-09 12:50:00.123456789-00:30") == "2011-12-09T13:20:00.123456789Z");
  for (const std::string bad :
       {"", "2011-12-09", "2011-12-09T12:50Z", "2011-12-09T12:50:00", "2011-02-29T00:00:00Z", "2011-12-09T24:00:00Z",
        "2011-12-09T12:60:00Z", "2011-12-09T12:50:60Z", "2011-12-09T12:50:00.Z", "2011-12-09T12:50:00+24:00",
        "2011-12-09T12:50:00.1234567891Z", "2011-12-09T12:50:00+0100", "2011-12-09T12:50:00Z ", "1677-01-01T00:00:00Z",
        "9999-12-31T00:00:00Z", "2011-1-09T12:50:00Z", "+011-12-09T12:50:00Z"}) {
    CAPTURE(bad);
    CHECK(time_of("rfc3339", "", bad) == "bad");
  }
}

TEST_CASE("times: an unreadable time is a bad row") {
  for (const std::string bad :
       {"", "x", "2011-12-09", "2011-12-09 12:50", "2011-12-09 12:50:00 ", "2011-02-29 12:50:00", "2011-13-01 12:50:00",
        "2011-12-09 25:00:00", "2011-12-09 12:60:00", "1500-01-01 00:00:00", "9999-01-01 00:00:00",
        "2011-12-09 12:50:00Z"}) {
    CAPTURE(bad);
    CHECK(london(bad) == "bad");
  }
  const Imported imported =
      import_text(csv_mapping("occurred_at = { column = \"v\", format = \"rfc3339\" }"), "id,v\n1,soon\n");
  CHECK(imported.bad_row().starts_with("2:3 (row 1): \"v\" is \"soon\", which is no time as RFC 3339 writes it"));
}

TEST_CASE("times: only the first row of a run gives the time") {
  const Imported imported =
      import_text(csv_mapping("group = [\"id\"]\noccurred_at = { column = \"v\", format = \"rfc3339\" }"),
                  "id,v\n1,2011-12-09T12:50:00Z\n1,soon\n");
  CHECK(imported.bad.empty());
  REQUIRE(imported.events.size() == 1);
  CHECK(imported.events[0].last_row == 2);
}
