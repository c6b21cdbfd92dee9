// daybook-bench: measures daybook and, in the same run on the same disk, what nobody can beat.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/pictures.h"
#include "bench/suite.h"

namespace {

using namespace daybook::bench;

struct Group {
  const char* name;
  const char* what;
  void (*rows)(Suite&);
};

/// In this order: the first forks, which must be before this process has RocksDB's threads.
constexpr Group kGroups[] = {
    {"open", "opening a log, and single commands on a long one", open_rows},
    {"append", "appends against the disk", append_rows},
    {"conditions", "appends with conditions, and on a long log", condition_rows},
    {"curve", "appends by the number of producers", curve_rows},
    {"latency", "waiting times under a given load", latency_rows},
    {"replay", "reading everything, and verify", replay_rows},
    {"query", "queries, streams and single events", query_rows},
    {"projection", "projections from the start", projection_rows},
    {"size", "disk, writes and memory", size_rows},
    {"remote", "a server over loopback, beside the embedded log", remote_rows},
    {"retail", "the main job on the real orders", retail_rows},
};

std::string groups_text() {
  std::string text = "Groups:\n";
  for (const Group& group : kGroups) text += std::string("  ") + group.name + ": " + group.what + "\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings{.directory = std::filesystem::temp_directory_path()};
  bool json = false;
  std::string pages;
  CLI::App app("Measures daybook against the limits of this machine.", "daybook-bench");
  std::vector<std::string> names;
  for (const Group& group : kGroups) names.emplace_back(group.name);
  app.add_option("groups", settings.groups, "Only these groups")->check(CLI::IsMember(names));
  app.add_option("--only", settings.only, "Of append: only rows whose configuration holds this, such as `16 x 100`");
  app.add_flag("--quick", settings.quick, "Short runs, small logs, one repeat: to see that it works, not for figures");
  app.add_flag("--json", json, "Print JSON, one row a line");
  app.add_option("--repeats", settings.repeats, "Of each row; 3 unless said, 1 with --quick")
      ->check(CLI::Range(1, 100));
  app.add_option("--dir", settings.directory, "Where the logs are made: on the disk that is to be measured")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option(
      "--pages", pages,
      "Write tables and pictures into this directory, such as docs/performance; groups not asked for stay as they "
      "were measured before");
  app.footer(groups_text() + "\nExample: daybook-bench --dir /var/tmp append replay --pages docs/performance");
  CLI11_PARSE(app, argc, argv);

  if (!pages.empty()) prepare_pages(pages);
  Report report(json);
  Suite suite(settings, report);
  for (const Group& group : kGroups) {
    const bool asked =
        settings.groups.empty() || std::ranges::find(settings.groups, group.name) != settings.groups.end();
    if (asked) group.rows(suite);
  }
  if (!pages.empty()) write_pages(report.rows(), names, pages);
  std::fprintf(stderr, "%zu rows; %zu miss their target\n", report.rows().size(), report.missed());
  return 0;
}
