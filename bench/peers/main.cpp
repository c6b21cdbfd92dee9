// daybook-bench-peers: daybook beside SQLite and Redis, the same events in the same run on the same disk.
// scripts/bench-peers.sh builds it and starts a Redis for it.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/disk_limit.h"
#include "bench/measure.h"
#include "bench/peers/daybook_store.h"
#include "bench/peers/race.h"
#include "bench/peers/redis_store.h"
#include "bench/peers/served_store.h"
#include "bench/peers/sqlite_store.h"
#include "bench/report.h"

namespace {

using namespace daybook::bench;

struct Settings {
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  std::string redis_socket{};
  std::string only{};
  int repeats = 3;
  bool quick = false;
  bool json = false;
};

/// A line of the table: an append as `plan` says, or, without producers, a read of a filled store.
struct Line {
  enum class Work { append, replay, fold };
  std::string name;
  Work work = Work::append;
  AppendPlan plan{};

  [[nodiscard]] bool fits(const Store& store) const {
    if (work == Work::fold) return store.folds();
    return !plan.workload.expected || store.checks_versions();
  }
};

std::vector<Line> lines() {
  return {{"append, 1 producer x 1 event", Line::Work::append, {}},
          {"append, 16 x 1", Line::Work::append, {.producers = 16}},
          {"append, 64 x 1", Line::Work::append, {.producers = 64}},
          {"append, 16 x 100", Line::Work::append, {.producers = 16, .events = 100}},
          {"append, 16 x 1, expected version", Line::Work::append, {.producers = 16, .workload = {.expected = true}}},
          {"append, 64 x 1, expected version", Line::Work::append, {.producers = 64, .workload = {.expected = true}}},
          {"replay of everything", Line::Work::replay, {}},
          {"fold: events a stream, checkpoints", Line::Work::fold, {}}};
}

class Comparison {
 public:
  Comparison(const Settings& settings, const std::filesystem::path& directory)
      : settings_(settings), events_(settings.quick ? 100'000 : 1'000'000) {
    stores_.push_back(std::make_unique<DaybookStore>(directory / "daybook"));
    stores_.push_back(std::make_unique<SqliteStore>(directory / "sqlite", SqliteIndexes::like_daybook));
    stores_.push_back(std::make_unique<SqliteStore>(directory / "sqlite-bare", SqliteIndexes::none));
    if (settings.redis_socket.empty()) return;
    const std::filesystem::path door = std::filesystem::path(settings.redis_socket).parent_path();
    served_ = stores_.size();
    stores_.push_back(std::make_unique<ServedStore>(directory / "served", door));
    stores_.push_back(std::make_unique<RedisStore>(settings.redis_socket));
  }

  /// Measures `line` in every store that can do it, in turn, beginning with another one in each repeat.
  void run(Line line) {
    line.plan.seconds = settings_.quick ? 1 : 5;
    std::vector<std::vector<double>> figures(stores_.size());
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      for (std::size_t i = 0; i < stores_.size(); ++i) {
        const std::size_t at = (i + static_cast<std::size_t>(repeat)) % stores_.size();
        if (line.fits(*stores_[at])) figures[at].push_back(figure(*stores_[at], line, repeat));
      }
    }
    for (std::size_t at = 1; at < stores_.size(); ++at) {
      if (figures[at].empty()) continue;
      print(line, *stores_[at], figures[at], *stores_.front(), figures.front());
      if (served_ > 0 && at > served_) print(line, *stores_[at], figures[at], *stores_[served_], figures[served_]);
    }
  }

  void print_header() const {
    if (settings_.json) return;
    std::printf("%-36s %-38s %25s  %-22s %25s  %s\n", "events/s: median (least - most)", "peer", "the peer", "daybook",
                "daybook", "ratio");
  }

 private:
  double figure(Store& store, Line line, int repeat) {
    line.plan.workload.seed = static_cast<std::uint64_t>(repeat) + 1;
    if (line.work == Line::Work::append) {
      filled_ = false;
      return race(store, line.plan);
    }
    fill_all();
    const auto begin = Clock::now();
    if (line.work == Line::Work::replay) {
      static_cast<void>(store.replay());
    } else {
      store.fold();
    }
    return static_cast<double>(events_) / seconds_between(begin, Clock::now());
  }

  void fill_all() {
    if (filled_) return;
    for (const auto& store : stores_) fill(*store, events_);
    filled_ = true;
  }

  /// Ratios are of figures measured in the same repeat, so that both met the same disk.
  void print(const Line& line, const Store& peer, const std::vector<double>& theirs, const Store& own,
             const std::vector<double>& ours) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < theirs.size(); ++i) ratios.push_back(ours[i] / theirs[i]);
    const Spread ratio = Spread::of(ratios);
    if (settings_.json) {
      std::printf(R"({"line":%s,"peer":%s,"unit":"events/s","theirs":%s,"own":%s,"daybook":%s,"ratio":%s})"
                  "\n",
                  json_string(line.name).c_str(), json_string(peer.name()).c_str(),
                  json_spread(Spread::of(theirs)).c_str(), json_string(own.name()).c_str(),
                  json_spread(Spread::of(ours)).c_str(), json_spread(ratio).c_str());
    } else {
      std::printf("%-36s %-38s %25s  %-22s %25s  %s\n", line.name.c_str(), peer.name().c_str(),
                  spread_text(Spread::of(theirs)).c_str(), own.name().c_str(), spread_text(Spread::of(ours)).c_str(),
                  spread_text(ratio).c_str());
    }
    std::fflush(stdout);
  }

  const Settings& settings_;
  std::uint64_t events_;                        ///< In a store that is read.
  std::vector<std::unique_ptr<Store>> stores_;  ///< The embedded log first.
  std::size_t served_ = 0;                      ///< Of `stores_`, daybook's server, behind which are other servers.
  bool filled_ = false;
};

/// What one append with its own sync can reach on this disk: SQLite overwrites its log once that was written, which
/// has the lower limit; daybook's grows.
void print_disk(const Settings& settings, const std::string& directory) {
  constexpr std::size_t kEventBytes = 400;  // With its frame, about.
  const double seconds = settings.quick ? 1 : 3;
  const double growing = append_and_sync(directory, kEventBytes, seconds).writes_per_s;
  const double prepared = overwrite_and_sync(directory, kEventBytes, seconds).writes_per_s;
  if (settings.json) {
    std::printf(R"({"line":"disk: one write and fdatasync","unit":"writes/s","growing":%s,"prepared":%s})"
                "\n",
                json_number(growing).c_str(), json_number(prepared).c_str());
  } else {
    std::printf("disk, one write and fdatasync: a growing file (daybook) %s/s, a prepared file (SQLite) %s/s\n",
                short_number(growing).c_str(), short_number(prepared).c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Measures daybook beside SQLite and Redis; each syncs before it acknowledges.", "daybook-bench-peers");
  app.add_flag("--quick", settings.quick, "Runs of 1 s and stores of 100,000 events: to see that it works");
  app.add_flag("--json", settings.json, "Print JSON, one line and peer a line");
  app.add_option("--only", settings.only, "Only lines that hold these words, such as `16 x 100`");
  app.add_option("--repeats", settings.repeats, "Of each line")->check(CLI::Range(1, 100))->capture_default_str();
  app.add_option("--dir", settings.directory, "On the disk that is to be measured")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--redis", settings.redis_socket, "The Unix socket of a Redis whose data may be thrown away");
  CLI11_PARSE(app, argc, argv);

  std::string directory = (settings.directory / "daybook-peers-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) {
    std::perror(("daybook-bench-peers: cannot make a directory in " + settings.directory.string()).c_str());
    return 1;
  }
  {
    Comparison comparison(settings, directory);
    comparison.print_header();
    for (const Line& line : lines()) {
      if (line.name.find(settings.only) != line.name.npos) comparison.run(line);
    }
    print_disk(settings, directory);
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return 0;
}
