// The main job on the real orders, as whole processes. Left out, saying so, where the file is not there.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/process.h"
#include "bench/suite.h"

namespace daybook::bench {
namespace {

/// A step of the job; `wall_s_max` 0: nothing is asked of it.
struct Step {
  std::string name;
  std::vector<std::string> arguments;
  double wall_s_max = 0;
  std::vector<double> walls{};
  ProcessRun last{};
};

}  // namespace

void retail_rows(Suite& suite) {
  const std::string source(DAYBOOK_SOURCE_DIR);
  const std::string file = source + "/../shared/data/online-retail/online-retail.csv.gz";
  if (!std::filesystem::exists(file)) {
    std::fprintf(stderr, "daybook-bench: retail is left out: %s is not there\n", file.c_str());
    return;
  }
  const std::vector<std::string> import = {"import", file, "--mapping", source + "/examples/retail/online-retail.toml"};
  std::vector<Step> steps = {{"import", import, 3},
                             {"import again, which adds nothing", import},
                             {"projection run inventory", {"projection", "run", "inventory"}, 1},
                             {"projection run analytics", {"projection", "run", "analytics"}, 2},
                             {"replay inventory --explain 85123A", {"replay", "inventory", "--explain", "85123A"}, 2},
                             {"read --json, everything", {"read", "--json"}},
                             {"verify", {"verify"}},
                             {"get 20000", {"get", "20000"}}};
  for (int repeat = 0; repeat < suite.repeats(); ++repeat) {
    suite.remove_log("retail");
    for (Step& step : steps) {
      std::vector<std::string> arguments = step.arguments;
      arguments.insert(arguments.begin(), {"--log", suite.directory() + "/retail"});
      step.last = run_daybook(arguments);
      step.walls.push_back(step.last.wall_s);
    }
  }
  suite.remove_log("retail");
  for (const Step& step : steps) {
    Row row{.group = "retail", .configuration = step.name, .unit = "s", .value = Spread::of(step.walls)};
    if (step.wall_s_max > 0) row.target = Target{Target::Kind::at_most, step.wall_s_max};
    row.note =
        short_number(step.last.cpu_s) + " s of processor time, " + short_number(step.last.peak_mib) + " MiB at most";
    suite.report().add(std::move(row));
  }
}

}  // namespace daybook::bench
