// What every group of rows is given, and the groups there are.
//
// Threads: one. Owns: the directory that the logs of a run lie in.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report.h"
#include "daybook/log.h"

namespace daybook::bench {

/// How a run was asked for.
struct Settings {
  bool quick = false;                 ///< Short runs and small logs: to see that it works, not for figures.
  int repeats = 0;                    ///< Of each row; 0: 3, or 1 in a quick run.
  std::filesystem::path directory{};  ///< Where the logs are made.
  std::vector<std::string> groups{};  ///< Only these; empty: all.
  std::string only{};                 ///< Only rows whose configuration holds these words, where a group can leave out.
};

class Suite {
 public:
  Suite(Settings settings, Report& report);
  /// Removes what was made.
  ~Suite();
  Suite(const Suite&) = delete;
  Suite& operator=(const Suite&) = delete;

  [[nodiscard]] Report& report() { return report_; }
  [[nodiscard]] int repeats() const {
    const int repeats = settings_.quick ? 1 : 3;
    return settings_.repeats > 0 ? settings_.repeats : repeats;
  }
  [[nodiscard]] bool quick() const { return settings_.quick; }
  /// Whether a row of that configuration was asked for.
  [[nodiscard]] bool wants(std::string_view configuration) const {
    return configuration.find(settings_.only) != configuration.npos;
  }
  /// How long a timed run of appends lasts.
  [[nodiscard]] double seconds() const { return settings_.quick ? 0.5 : 5; }
  /// How long the limit of such a run is measured.
  [[nodiscard]] double limit_seconds() const { return settings_.quick ? 0.25 : 1; }
  /// `full`; in a quick run at most 200,000, and a tenth of what is less.
  [[nodiscard]] std::uint64_t scaled(std::uint64_t full) const {
    return settings_.quick ? std::clamp<std::uint64_t>(full / 10, 1, 200'000) : full;
  }
  [[nodiscard]] std::string directory() const { return directory_.string(); }

  /// A new, empty log, opened; the last one of that name is removed.
  [[nodiscard]] std::unique_ptr<Log> fresh_log(const std::string& name, const Options& options);
  /// Opens a log that was made before.
  [[nodiscard]] std::unique_ptr<Log> open_log(const std::string& name, const Options& options);
  /// The path of the log `name`, cleanly closed, with scaled(`events`) events of the standard workload; made once.
  std::string standing_log(std::uint64_t events);
  void remove_log(const std::string& name);

 private:
  Settings settings_;
  Report& report_;
  std::filesystem::path directory_;
};

/// The groups, each in a file of its name.
void append_rows(Suite& suite);
void condition_rows(Suite& suite);
void curve_rows(Suite& suite);
void latency_rows(Suite& suite);
void replay_rows(Suite& suite);
void query_rows(Suite& suite);
void projection_rows(Suite& suite);
void open_rows(Suite& suite);
void size_rows(Suite& suite);
void remote_rows(Suite& suite);
void retail_rows(Suite& suite);

}  // namespace daybook::bench
