// Imports into a log: once, twice, in pieces, killed, and against a mapping that changed.
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/import/importer.h"
#include "daybook/log.h"
#include "tests/cli/import_rows.h"
#include "tests/support/cli_run.h"

using daybook::Event;
using daybook::Log;
using daybook::cli::BadRows;
using daybook::cli::ImportEnd;
using daybook::cli::ImportSummary;
using daybook::test::csv_mapping;
using daybook::test::ScratchDirectory;

namespace {

const std::string kMapping =
    csv_mapping("group = [\"id\"]\nlines.v = { column = \"v\", type = \"integer\" }\ncorrelation = \"{id}\"");

/// A log in memory and files on disk, with verbs.
class Import {
 public:
  explicit Import(daybook::Options options = {}) {
    options.in_memory = true;
    options.create_if_missing = true;
    auto opened = Log::open("memory", options);
    REQUIRE(opened);
    log_ = std::move(*opened);
  }

  ImportSummary run(
      const std::string& mapping_text, const std::string& input, BadRows bad_rows = BadRows::stop,
      const daybook::cli::StopRequested& stop = [] { return false; }) {
    const std::string path = scratch_ / "input";
    std::ofstream(path, std::ios::binary) << input;
    auto mapping = daybook::cli::Mapping::parse(mapping_text, "m.toml");
    REQUIRE(mapping);
    auto source = daybook::cli::EventSource::open(path, *mapping, bad_rows);
    REQUIRE(source);
    return daybook::cli::import_events(**source, *log_, {.bad_row = [](const auto&) {}, .progress = [](const auto&) {}},
                                       stop);
  }

  std::vector<Event> events() {
    std::vector<Event> out;
    auto cursor = log_->read();
    REQUIRE(cursor);
    while (true) {
      auto batch = cursor->next();
      REQUIRE(batch);
      if (!*batch) return out;
      for (const daybook::EventView event : **batch) out.push_back(event.to_event());
    }
  }

 private:
  ScratchDirectory scratch_;
  std::unique_ptr<Log> log_;
};

std::string rows(int from, int through) {
  std::string input = "id,v\n";
  for (int i = from; i <= through; ++i) input += std::to_string(i / 3) + "," + std::to_string(i) + "\n";
  return input;
}

}  // namespace

TEST_CASE("import: a second run adds nothing") {
  Import import;
  const ImportSummary first = import.run(kMapping, rows(0, 2999));
  CHECK(first.end == ImportEnd::complete);
  CHECK(first.rows == 3000);
  CHECK(first.events.appended == 1000);
  CHECK(first.events.repeated == 0);
  CHECK(first.events.by_type == std::map<std::string, std::uint64_t>{{"T", 1000}});
  const ImportSummary second = import.run(kMapping, rows(0, 2999));
  CHECK(second.end == ImportEnd::complete);
  CHECK(second.events.appended == 0);
  CHECK(second.events.repeated == 1000);
  CHECK(import.events().size() == 1000);
}

TEST_CASE("import: the events in the log are those of the input, in its order") {
  Import import;
  CHECK(import.run(kMapping, rows(0, 29)).end == ImportEnd::complete);
  const auto events = import.events();
  REQUIRE(events.size() == 10);
  for (int i = 0; i < 10; ++i) {
    const Event& event = events[static_cast<std::size_t>(i)];
    CHECK(event.stream == "s-" + std::to_string(i));
    CHECK(event.data == "{\"lines\":[{\"v\":" + std::to_string(3 * i) + "},{\"v\":" + std::to_string(3 * i + 1) +
                            "},{\"v\":" + std::to_string(3 * i + 2) + "}]}");
    CHECK(event.correlation_id == daybook::cli::correlation_of("test", std::to_string(i)));
  }
}

TEST_CASE("import: a beginning of the input and then the whole adds only the rest") {
  Import import;
  CHECK(import.run(kMapping, rows(0, 299)).events.appended == 100);
  const ImportSummary whole = import.run(kMapping, rows(0, 2999));
  CHECK(whole.events.appended == 900);
  CHECK(whole.events.repeated == 100);
}

TEST_CASE("import: a changed mapping is a conflict that says so, and nothing is appended behind it") {
  Import import;
  CHECK(import.run(kMapping, rows(0, 299)).events.appended == 100);
  const std::string changed = csv_mapping("group = [\"id\"]\nlines.w = \"{v}\"");
  const ImportSummary stopped = import.run(changed, rows(0, 2999));
  CHECK(stopped.end == ImportEnd::failed);
  REQUIRE(stopped.error);
  CHECK(stopped.error->code == daybook::Code::conflict);
  CHECK(stopped.error->message.find("input:2 (row 1): ") != std::string::npos);
  CHECK(stopped.error->message.find("the mapping has changed") != std::string::npos);
  CHECK(stopped.events.appended == 0);
  CHECK(import.events().size() == 100);
}

TEST_CASE("import: a mapping changed for later rows only is a conflict there, with nothing new behind it") {
  Import import;
  const auto mapping = [](const std::string& name) {
    return "source = \"t\"\nformat = \"csv\"\n[[event]]\nwhen = [{ column = \"v\", lt = 250 }]\nstream = \"s\"\ntype = "
           "\"T\"\ndata.v = \"{v}\"\n"
           "[[event]]\nstream = \"s\"\ntype = \"" +
           name + "\"\ndata.v = \"{v}\"\n";
  };
  CHECK(import.run(mapping("Old"), rows(0, 299)).events.appended == 300);
  const ImportSummary stopped = import.run(mapping("New"), rows(0, 2999));
  REQUIRE(stopped.error);
  CHECK(stopped.error->message.find("(row 251)") != std::string::npos);
  CHECK(stopped.events.repeated == 250);
  CHECK(stopped.events.appended == 0);
  CHECK(import.events().size() == 300);
}

TEST_CASE("import: at a bad row what came before stays, and after mending each event is there once") {
  Import import;
  const std::string good = rows(0, 299);
  std::string bad = good;
  bad.replace(bad.find("50,151\n"), 7, "50,xyz\n");
  const ImportSummary stopped = import.run(kMapping, bad);
  CHECK(stopped.end == ImportEnd::bad_row);
  CHECK(stopped.rows_bad == 1);
  REQUIRE(stopped.bad_rows.size() == 1);
  CHECK(daybook::cli::text_of("f", stopped.bad_rows[0]) ==
        "f:153:4 (row 152): \"v\" is \"xyz\", not an integer of 64 bits");
  CHECK(stopped.events.appended == 50);
  const ImportSummary mended = import.run(kMapping, good);
  CHECK(mended.end == ImportEnd::complete);
  CHECK(mended.events.repeated == 50);
  CHECK(mended.events.appended == 50);
}

TEST_CASE("import: --skip-bad counts every bad row and lists the first hundred") {
  Import import;
  std::string input = "id,v\n";
  for (int i = 0; i < 500; ++i) input += std::to_string(i) + (i % 2 == 0 ? ",1\n" : ",x\n");
  const ImportSummary summary = import.run(kMapping, input, BadRows::skip);
  CHECK(summary.end == ImportEnd::complete);
  CHECK(summary.rows == 500);
  CHECK(summary.rows_bad == 250);
  CHECK(summary.bad_rows.size() == 100);
  CHECK(summary.events.appended == 250);
}

TEST_CASE("import: interrupted at any moment, a rerun goes on and ends in the same events") {
  Import whole;
  CHECK(whole.run(kMapping, rows(0, 899)).events.appended == 300);
  Import import;
  for (int round = 1; round <= 5; ++round) {
    int asked = 0;
    const ImportSummary summary =
        import.run(kMapping, rows(0, 899), BadRows::stop, [&asked, round] { return ++asked > 40 * round; });
    CHECK(summary.end == ImportEnd::interrupted);
    CHECK(summary.events.repeated == static_cast<std::uint64_t>(40 * (round - 1)));
    CHECK(summary.events.appended == 40);
  }
  CHECK(import.run(kMapping, rows(0, 899)).events.appended == 100);
  const auto events = import.events();
  const auto expected = whole.events();
  REQUIRE(events.size() == expected.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].id == expected[i].id);
    CHECK(events[i].data == expected[i].data);
  }
}

TEST_CASE("import: a log whose queue is full is waited for") {
  daybook::Options options;
  options.queue_commits_max = 1;
  Import import(options);
  CHECK(import.run(kMapping, rows(0, 2999)).events.appended == 1000);
}

TEST_CASE("import: events larger than all the room on the way still go in, one after the other") {
  Import import;
  std::string input = "id,v\n";
  for (int i = 0; i < 6; ++i) input += std::to_string(i) + ",\"" + std::string(7 * 1024 * 1024, 'v') + "\"\n";
  const ImportSummary summary = import.run(csv_mapping("data.v = \"{v}\""), input);
  CHECK(!summary.error);
  CHECK(summary.events.appended == 6);
}
