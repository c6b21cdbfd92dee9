// What can still be read is read, what cannot is named by sequence, and nothing is touched. Each test damages the files
// of a closed or a killed log by hand and looks at the walk: runs of events, and the gaps between them.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "log/salvage_walk.h"
#include "tests/crash/directory_state.h"
#include "tests/log/log_fixture.h"
#include "tests/support/test_seed.h"

namespace fs = std::filesystem;

namespace daybook::test {
namespace {

/// Names the event in the bytes of its block.
std::string marker(std::uint64_t sequence) {
  return "[event-" + std::to_string(sequence) + "]";
}

/// A log of several table files, with blocks of three events each, and perhaps a part that is only in the WAL.
class Patient {
 public:
  Patient() : path_(directory_.path() / "log.daybook") {}

  /// Appends through `last`, a commit of one event at a time; closed, this is one more table file.
  void write(std::uint64_t last, bool killed = false) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(append_through(last, killed) ? 0 : 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
  }
  /// The file that holds the event, and where in it.
  fs::path file_with(std::uint64_t sequence) const {
    for (const auto& entry : fs::directory_iterator(path_ / "log")) {
      if (read_bytes(entry.path()).find(marker(sequence)) != std::string::npos) return entry.path();
    }
    FAIL("no file holds " << sequence);
    return {};
  }
  void flip_in(std::uint64_t sequence) {
    const fs::path file = file_with(sequence);
    std::string bytes = read_bytes(file);
    bytes[bytes.find(marker(sequence)) + 2] ^= 1;
    write_bytes(file, bytes);
  }
  /// Runs of good events as `1-9`, gaps as `gap 10-12`, findings as `finding FILE`.
  std::vector<std::string> walk() {
    reasons_.clear();
    std::vector<std::string> steps;
    auto salvage = SalvageWalk::open(path_);
    if (!salvage) return {std::string(to_string(salvage.error().code))};
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const auto end_run = [&] {
      if (first > 0) steps.push_back(std::to_string(first) + "-" + std::to_string(last));
      first = 0;
    };
    while (true) {
      const auto step = (*salvage)->next();
      REQUIRE(step);
      if (std::holds_alternative<SalvageWalk::End>(*step)) break;
      if (const Gap* gap = std::get_if<Gap>(&*step)) {
        end_run();
        steps.push_back("gap " + std::to_string(gap->from.value()) + "-" + std::to_string(gap->through.value()));
        reasons_.push_back(gap->reason);
        CHECK(gap->reason.find(path_.string()) == std::string::npos);
      } else {
        const auto& block = std::get<std::shared_ptr<const Block>>(*step);
        if (first == 0) first = block->first_sequence().value();
        last = block->last_sequence().value();
        for (std::uint32_t at = 0; at < block->event_count(); ++at) {
          CHECK(block->event(at).data().starts_with(marker(block->event(at).sequence().value())));
        }
      }
    }
    end_run();
    for (const Damage& damage : (*salvage)->findings()) {
      steps.push_back("finding " + damage.file);
      reasons_.push_back(damage.message);
    }
    return steps;
  }
  const std::vector<std::string>& reasons() const { return reasons_; }
  const fs::path& path() const { return path_; }

 private:
  bool append_through(std::uint64_t last, bool killed) {
    auto log =
        Log::open(path_, {.create_if_missing = true, .compression = Compression::none, .disk_free_bytes_min = 0});
    if (!log) return false;
    for (std::uint64_t next = (*log)->head().value() + 1; next <= last; next += 3) {
      Commit commit;
      for (std::uint64_t event = next; event < next + 3; ++event) {
        commit.events.push_back({.stream = "s", .type = "T", .data = marker(event) + std::string(5'000, 'x')});
      }
      if (!(*log)->append(std::move(commit))) return false;
    }
    if (killed) ::_exit(0);
    return (*log)->close().has_value();
  }

  TemporaryDirectory directory_;
  fs::path path_;
  std::vector<std::string> reasons_;
};

using Steps = std::vector<std::string>;

/// For messages that can be read.
std::string text_of(const Steps& steps) {
  std::string text;
  for (const std::string& step : steps) text += (text.empty() ? "" : "; ") + step;
  return text;
}

}  // namespace

TEST_CASE("salvage walk: a sound log is walked whole, closed or killed") {
  Patient log;
  log.write(60);
  log.write(120);
  CHECK(text_of(log.walk()) == "1-120");
  log.write(180, true);
  CHECK(text_of(log.walk()) == "1-180");
}

TEST_CASE("salvage walk: a damaged block in a table file is a gap of just its events, named with its file") {
  Patient log;
  log.write(90);
  log.flip_in(40);  // 40 to 42 are one block, a part of the file of its own
  CHECK(text_of(log.walk()) == "1-39; gap 40-42; 43-90");
  CHECK(log.reasons().front().find("log/") != std::string::npos);
  CHECK(log.reasons().front().find(".sst") != std::string::npos);
  log.flip_in(1);
  log.flip_in(90);
  log.flip_in(46);  // a good block between two damaged ones
  CAPTURE(text_of(log.walk()));
  CAPTURE(text_of(log.reasons()));
  CHECK(text_of(log.walk()) == "gap 1-3; 4-39; gap 40-42; 43-45; gap 46-48; 49-87; gap 88-90");
}

TEST_CASE("salvage walk: a missing table file is a gap of its events, and the others are read") {
  Patient log;
  log.write(30);
  log.write(60);
  log.write(90);
  fs::remove(log.file_with(40));
  CHECK(text_of(log.walk()) == "1-30; gap 31-60; 61-90");
  fs::remove(log.file_with(70));
  CHECK(text_of(log.walk()) == "1-30; gap 31-90");
}

TEST_CASE("salvage walk: a table file that cannot be opened is a gap and a finding") {
  Patient log;
  log.write(30);
  log.write(60);
  const fs::path file = log.file_with(40);
  fs::resize_file(file, fs::file_size(file) - 20);
  CHECK(text_of(log.walk()) == "1-30; gap 31-60; finding log/" + file.filename().string());
  CHECK(log.reasons().front().find(file.filename().string()) != std::string::npos);
}

TEST_CASE("salvage walk: intact groups behind damage in the WAL are read") {
  Patient log;
  log.write(30);
  log.write(90, true);
  log.flip_in(40);
  CHECK(text_of(log.walk()) == "1-39; gap 40-42; 43-90");
  CHECK(log.reasons().front().find(".log: checksum mismatch") != std::string::npos);
}

TEST_CASE("salvage walk: a WAL cut short is a gap through what HEAD promised") {
  Patient log;
  log.write(30);
  log.write(90, true);
  const fs::path file = log.file_with(70);
  fs::resize_file(file, read_bytes(file).find(marker(70)));
  CHECK(text_of(log.walk()) == "1-69; gap 70-90");
  fs::remove(file);
  CHECK(text_of(log.walk()) == "1-30; gap 31-90");
}

TEST_CASE("salvage walk: a torn end that nobody was promised is a finding, no gap") {
  Patient log;
  log.write(30, true);
  std::ofstream(log.file_with(30), std::ios::binary | std::ios::app) << std::string(100, 'z');
  const Steps steps = log.walk();
  REQUIRE(steps.size() == 2);
  CHECK(steps.front() == "1-30");
  CHECK(steps.back().starts_with("finding"));
}

TEST_CASE("salvage walk: HEAD, FORMAT, CURRENT and MANIFEST are not needed, and the first two are missed") {
  Patient log;
  log.write(30);
  log.write(60);
  for (const auto& entry : fs::directory_iterator(log.path() / "log")) {
    const std::string name = entry.path().filename().string();
    if (name == "CURRENT" || name.starts_with("MANIFEST")) fs::remove(entry.path());
  }
  CHECK(text_of(log.walk()) == "1-60");
  fs::remove(log.path() / "HEAD");
  CHECK(text_of(log.walk()) == "1-60; finding HEAD");
  fs::remove(log.path() / "FORMAT");
  CHECK(text_of(log.walk()) == "1-60; finding HEAD; finding FORMAT");
  write_bytes(log.path() / "HEAD", std::string(32, 'h'));
  write_bytes(log.path() / "FORMAT", "daybook format 1\nnonsense\n");
  CHECK(text_of(log.walk()) == "1-60; finding HEAD; finding FORMAT");
}

TEST_CASE("salvage walk: blocks of another history are refused with all that chains to them") {
  Patient log;
  log.write(30);
  Patient other;
  other.write(30);
  log.write(60);
  other.write(60);
  const fs::path file = log.file_with(40);
  fs::remove(file);
  fs::copy_file(other.file_with(40), file);
  CHECK(text_of(log.walk()) == "1-30; gap 31-60");
  CHECK(log.reasons().front().find("does not follow the one before it") != std::string::npos);
}

TEST_CASE("salvage walk: a newer format is refused, and nothing is no log") {
  Patient log;
  CHECK(text_of(log.walk()) == "not_found");
  fs::create_directories(log.path());
  CHECK(text_of(log.walk()) == "not_found");
  fs::create_directories(log.path() / "log");
  CHECK(text_of(log.walk()) == "not_found");
}

TEST_CASE(
    "salvage walk: whatever is flipped, nothing but true blocks comes out, and gaps and blocks leave nothing out") {
  std::mt19937_64 random(test_seed());
  Patient log;
  log.write(60);
  log.write(120);
  log.write(150, true);
  for (int round = 0; round < 60; ++round) {
    const std::uint64_t victim = 1 + random() % 150;
    const fs::path file = log.file_with(victim);
    const std::string whole = read_bytes(file);
    std::string bytes = whole;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      char& byte = bytes[random() % bytes.size()];
      byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    }
    write_bytes(file, bytes);
    std::uint64_t next = 1;
    for (const std::string& step : log.walk()) {
      if (step.starts_with("finding")) continue;
      const std::string range = step.starts_with("gap ") ? step.substr(4) : step;
      CHECK(std::stoull(range) == next);
      next = std::stoull(range.substr(range.find('-') + 1)) + 1;
    }
    CHECK(next == 151);
    write_bytes(file, whole);
  }
  CHECK(text_of(log.walk()) == "1-150");
}

}  // namespace daybook::test
