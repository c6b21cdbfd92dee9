// Makes the golden logs of the format that this build writes: `make_golden FOLDER` puts FOLDER/closed, FOLDER/killed
// and FOLDER/events.txt there. See ../README.md: what was made for a released format is never made again.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "daybook/log.h"
#include "tests/golden/golden_content.h"

namespace {

using namespace daybook;

/// A second an append, from a fixed day on: nothing of the day of making is in the files.
class GoldenClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return Timestamp(std::chrono::sys_days(std::chrono::year(2024) / 1 / 2)) + std::chrono::seconds(++seconds_);
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return Clock::system().steady_now();
  }

 private:
  mutable std::atomic<int> seconds_{0};
};

bool told(const char* doing, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", doing, to_string(error).c_str());
  return false;
}

bool append(Log& log, std::size_t from, std::size_t end) {
  const auto commits = test::golden_commits();
  for (std::size_t i = from; i < end; ++i) {
    if (const auto appended = log.append(commits[i]); !appended) return told("append", appended.error());
  }
  return true;
}

/// In two sessions, with postings of both and events behind them.
bool make(const std::filesystem::path& directory, bool closed) {
  const GoldenClock clock;
  Options options;
  options.create_if_missing = true;
  options.block_bytes_max = 1024;
  options.clock = &clock;
  options.seed = 20240102;
  options.disk_free_bytes_min = 0;
  const std::size_t count = test::golden_commits().size();
  for (int session = 0; session < 2; ++session) {
    auto log = Log::open(directory, options);
    if (!log) return told("open", log.error());
    const std::size_t from = session == 0 ? 0 : count / 2;
    if (!append(**log, from, from + count / 4)) return false;
    if (const auto flushed = (*log)->flush_index(); !flushed) return told("flush_index", flushed.error());
    if (!append(**log, from + count / 4, session == 0 ? count / 2 : count)) return false;
    if (session == 1 && !closed) {
      log->release();  // its process ends as if it were killed
      return true;
    }
    if (const auto done = (*log)->close(); !done) return told("close", done.error());
  }
  return true;
}

bool write_lines(const std::filesystem::path& directory, const std::filesystem::path& file) {
  auto log = Log::open(directory, {.mode = Mode::read_only});
  if (!log) return told("open", log.error());
  std::ofstream out(file);
  auto cursor = (*log)->read();
  while (cursor) {
    const auto batch = cursor->next();
    if (!batch) return told("read", batch.error());
    if (!*batch) break;
    for (const EventView event : **batch) out << test::golden_line(event) << '\n';
  }
  return out.good();
}

/// What RocksDB writes for people, or makes again when it is missing, is not part of the format; the text log names the
/// machine that it was made on.
void strip(const std::filesystem::path& directory) {
  std::filesystem::remove(directory / "LOCK");
  for (const auto& entry : std::filesystem::directory_iterator(directory / "log")) {
    const std::string name = entry.path().filename();
    if (name.starts_with("LOG") || name.starts_with("OPTIONS") || name == "LOCK") {
      std::filesystem::remove(entry.path());
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: make_golden FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);
  if (!make(folder / "closed", true) || !write_lines(folder / "closed", folder / "events.txt")) return 1;
  if (!make(folder / "killed", false)) return 1;
  strip(folder / "closed");
  strip(folder / "killed");
  std::fflush(nullptr);
  ::_exit(0);  // the log of `killed` was never closed
}
