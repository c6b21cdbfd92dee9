// Mapping files of any bytes: refused with a place and in one line, or used to import a few rows. What then comes out
// is a commit that the log takes, with JSON as its data, and the same for the same rows again: its key hangs on it.
#include <vector>

#include "api/validate.h"
#include "cli/import/event_source.h"
#include "cli/json_text.h"
#include "schema/event_codec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_input.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

/// Rows for the columns that `mapping` names; some values fit its fields and some do not.
std::string rows_for(const cli::Mapping& mapping) {
  static const std::vector<std::string> values = {"536365", "2010-12-01 08:26:00", "-2.55", "United Kingdom", "", "C1"};
  if (mapping.format == cli::InputFormat::jsonl) {
    return R"({"id":"a1","v":{"w":[1,2.5]},"t":"2010-12-01T08:26:00Z","n":-3})"
           "\n"
           R"({"id":"a1","v":null,"t":"2010-12-01 08:26","n":"12"})"
           "\n[]\n";
  }
  std::string rows;
  const auto add = [&](std::string_view field) {
    rows += '"';
    for (const char c : field) rows.append(c == '"' ? 2 : 1, c);
    rows += '"';
  };
  if (!mapping.csv_columns) {
    for (const cli::MappedColumn& column : mapping.columns) {
      if (&column != &mapping.columns.front()) rows += mapping.delimiter;
      add(column.name);
    }
    rows += '\n';
  }
  const std::size_t columns = mapping.csv_columns ? mapping.csv_columns->size() : mapping.columns.size();
  for (std::size_t row = 0; row < 8; ++row) {
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) rows += mapping.delimiter;
      add(values[(i + row / 2) % values.size()]);
    }
    rows += '\n';
  }
  return rows;
}

std::vector<cli::ImportedCommit> import(cli::Mapping& mapping, const std::string& path) {
  std::vector<cli::ImportedCommit> events;
  const auto source = cli::EventSource::open(path, mapping, cli::BadRows::skip);
  if (!source) return events;
  while (true) {
    auto step = (*source)->next();
    DAYBOOK_CHECK(step.has_value(), "rows in memory can be read");
    if (std::holds_alternative<cli::EventSource::End>(*step)) return events;
    if (auto* bad = std::get_if<cli::BadRow>(&*step)) {
      DAYBOOK_CHECK(bad->reason.find('\n') == std::string::npos, "a bad row's reason is one line");
    }
    if (auto* event = std::get_if<cli::ImportedCommit>(&*step)) events.push_back(std::move(*event));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  auto mapping = cli::Mapping::parse(text_of(data, bytes), "m.toml");
  if (!mapping) {
    DAYBOOK_CHECK(mapping.error().code == Code::invalid, "a wrong mapping is invalid");
    DAYBOOK_CHECK(mapping.error().message.starts_with("m.toml:"), "an error names its place");
    DAYBOOK_CHECK(mapping.error().message.find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  const MemoryInput rows(rows_for(*mapping));
  const auto events = import(*mapping, rows.path());
  for (const cli::ImportedCommit& event : events) {
    DAYBOOK_CHECK(check_commit(event.commit), "what is imported is what the log takes");
    DAYBOOK_CHECK(event.commit.key.has_value(), "what is imported has a key");
    DAYBOOK_CHECK(cli::is_json(event.commit.events.front().data), "what is imported is JSON");
  }
  auto mapping_again = cli::Mapping::parse(text_of(data, bytes), "m.toml");
  const auto again = import(*mapping_again, rows.path());
  DAYBOOK_CHECK(again.size() == events.size(), "the same rows are the same events");
  for (std::size_t i = 0; i < events.size(); ++i) {
    DAYBOOK_CHECK(again[i].commit.key == events[i].commit.key, "the same rows have the same keys");
    DAYBOOK_CHECK(fingerprint_of(again[i].commit.events) == fingerprint_of(events[i].commit.events),
                  "the same rows are the same events");
  }
  return 0;
}
