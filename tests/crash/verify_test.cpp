// What verify says of a log with several damaged places: each is named, with its events and its file, and what only
// follows from them is not.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/directory_state.h"
#include "tests/crash/workload.h"
#include "tests/crash/writer.h"

namespace daybook::test {
namespace {

constexpr std::uint64_t kEvents = 400;
constexpr std::size_t kDataBytes = 1000;

/// Data that does not compress, so that the table file has many blocks.
std::string noise(std::uint64_t event) {
  std::string data;
  for (std::uint64_t word = 0; data.size() < kDataBytes; ++word) data += std::to_string(mixed(event * 1000 + word));
  return data;
}

/// A closed log of single events, with postings.
void write_log(const std::filesystem::path& directory) {
  const ChildEnd ended = in_child([&](const Pipe&) {
    auto log = Log::open(directory, writer_options(Durability::buffered));
    if (!log) return end_on_trouble(to_string(log.error()));
    for (std::uint64_t event = 0; event < kEvents; ++event) {
      const std::string stream = "stream-" + std::to_string(event % 7);
      const auto appended = (*log)->append({.events = {{.stream = stream, .type = "T", .data = noise(event)}}});
      if (!appended) return end_on_trouble(to_string(appended.error()));
    }
    if (auto flushed = (*log)->flush_index(); !flushed) return end_on_trouble(to_string(flushed.error()));
    if (auto closed = (*log)->close(); !closed) end_on_trouble(to_string(closed.error()));
  });
  REQUIRE(ended.trouble() == "");
}

/// A line a finding: part, sequence, file and message; and last the number of events that could be read.
std::vector<std::string> verify(const std::filesystem::path& directory, VerifyScope scope) {
  const ChildEnd ended = in_child([&](const Pipe& pipe) {
    auto log = Log::open(directory, {.mode = Mode::read_only});
    if (!log) return end_on_trouble(to_string(log.error()));
    const auto report = (*log)->verify({}, scope);
    if (!report) return end_on_trouble(to_string(report.error()));
    for (const Damage& damage : report->damage) {
      pipe.say(std::string(to_string(damage.part)) + " " + std::to_string(damage.sequence.value()) + " " + damage.file +
               ": " + damage.message + "\n");
    }
    pipe.say(std::to_string(report->events) + "\n");
  });
  REQUIRE(ended.trouble() == "");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < ended.said.size();) {
    const std::size_t end = ended.said.find('\n', at);
    lines.push_back(ended.said.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// The events that a finding `events 7 log/000012.sst: events 7 through 9 cannot be read: ...` speaks of.
std::uint64_t events_in(const std::string& line) {
  const std::size_t first = line.find(": events ") + 9;
  const std::size_t last = line.find(" through ", first) + 9;
  return std::stoull(line.substr(last)) - std::stoull(line.substr(first)) + 1;
}

}  // namespace

TEST_CASE("verify: every stretch that cannot be read is named by its events and its file, and nothing else is") {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  write_log(path);
  CHECK(verify(path, VerifyScope::everything) == std::vector<std::string>{std::to_string(kEvents)});
  // The events' table file is the largest.
  std::string table;
  const Contents contents = contents_of(path);
  for (const auto& [name, bytes] : contents) {
    if (name.ends_with(".sst") && (table.empty() || bytes.size() > contents.at(table).size())) table = name;
  }
  std::string bytes = contents.at(table);
  for (const std::size_t fifth : {1, 3}) bytes[bytes.size() * fifth / 5] ^= 0x10;
  write_bytes(path / table, bytes);
  for (const VerifyScope scope : {VerifyScope::everything, VerifyScope::quick}) {
    const std::vector<std::string> found = verify(path, scope);
    std::string all;
    for (const std::string& line : found) all += line + "\n";
    CAPTURE(all);
    REQUIRE(found.size() == 3);
    std::uint64_t lost = 0;
    for (const std::string& line : {found[0], found[1]}) {
      CHECK(line.starts_with("events "));
      CHECK(line.find(" " + table + ": events ") != std::string::npos);
      lost += events_in(line);
    }
    CHECK(std::stoull(found[2]) + lost == kEvents);
    CHECK(lost < kEvents / 4);
  }
}

}  // namespace daybook::test
