// Logs that were written once, by the build that first had the format, and never again: every later build reads them.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daybook/log.h"
#include "tests/golden/golden_content.h"
#include "tests/log/log_fixture.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

const fs::path kVersion1 = fs::path(DAYBOOK_SOURCE_DIR) / "tests/golden/v1";

std::vector<std::string> expected_lines() {
  std::ifstream file(kVersion1 / "events.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::unique_ptr<Log> open(const fs::path& directory, Mode mode) {
  auto log = Log::open(directory, {.mode = mode, .disk_free_bytes_min = 0});
  if (!log) FAIL(to_string(log.error()));
  return std::move(*log);
}

std::vector<std::string> lines_of(Log& log) {
  std::vector<std::string> lines;
  auto cursor = log.read();
  REQUIRE(cursor);
  while (true) {
    const auto batch = cursor->next();
    if (!batch) FAIL(to_string(batch.error()));
    if (!*batch) return lines;
    for (const EventView event : **batch) lines.push_back(golden_line(event));
  }
}

void check_content(Log& log) {
  const auto expected = expected_lines();
  REQUIRE(expected.size() > 60);
  CHECK(lines_of(log) == expected);
  std::map<std::string, std::uint64_t> versions;
  for (const Commit& commit : golden_commits()) {
    for (const Event& event : commit.events) ++versions[event.stream];
  }
  const auto streams = log.streams("");
  REQUIRE(streams);
  CHECK(streams->size() == versions.size());
  for (const StreamHead& head : *streams) CHECK(head.version.value() == versions[head.stream]);
  const auto report = log.verify();
  REQUIRE(report);
  for (const Damage& damage : report->damage) MESSAGE(damage.message);
  CHECK(report->clean());
  const auto statistics = log.statistics();
  REQUIRE(statistics);
  CHECK(statistics->events == expected.size());
  CHECK(statistics->commits == golden_commits().size());
  CHECK(statistics->streams == versions.size());
  CHECK(statistics->format_version == 1);
}

/// The same requests again: known where they had a key.
void check_keys(Log& log) {
  std::uint64_t first = 1;
  for (const Commit& commit : golden_commits()) {
    if (commit.key) {
      const auto again = log.append(commit);
      if (!again) FAIL(to_string(again.error()));
      CHECK(again->repeated);
      CHECK(again->first == Sequence(first));
    }
    first += commit.events.size();
  }
}

}  // namespace

TEST_CASE("golden: a log of format 1 gives what was put into it, to readers and to writers") {
  for (const char* const name : {"closed", "killed"}) {
    CAPTURE(name);
    TemporaryDirectory directory;
    const fs::path path = directory.path() / "log";
    fs::copy(kVersion1 / name, path, fs::copy_options::recursive);
    check_content(*open(path, Mode::read_only));
    const auto log = open(path, Mode::read_write);
    check_content(*log);
    check_keys(*log);
    CHECK(log->append({.events = {{.stream = "later", .type = "T"}}}).has_value());
    CHECK(log->close().has_value());
  }
}

TEST_CASE("golden: a query over a log of format 1 finds what a scan finds") {
  TemporaryDirectory directory;
  const fs::path path = directory.path() / "log";
  fs::copy(kVersion1 / "closed", path, fs::copy_options::recursive);
  const auto log = open(path, Mode::read_only);
  const Query query{{{.streams = {"daily", "stock-1"}}, {.tags = {"customer:3"}}}};
  std::vector<std::string> expected;
  for (std::uint64_t sequence = 1; sequence <= log->head().value(); ++sequence) {
    const auto event = log->get(Sequence(sequence));
    REQUIRE(event);
    if (query.matches(event->view())) expected.push_back(golden_line(event->view()));
  }
  auto cursor = log->read({.query = query});
  REQUIRE(cursor);
  std::vector<std::string> found;
  while (const auto batch = *cursor->next()) {
    for (const EventView event : *batch) found.push_back(golden_line(event));
  }
  CHECK(found == expected);
  CHECK_FALSE(found.empty());
}

}  // namespace daybook::test
