// The main job, timed as a person meets it: whole processes of `daybook` on the real orders (or a file of one's own),
// with the wall time, processor time and peak memory that the operating system accounts to each.
//
// Usage: daybook-bench-retail [FILE.csv[.gz]] [REPEATS]
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// One finished process.
struct Run {
  double wall_s = 0;
  double cpu_s = 0;
  double peak_mib = 0;
};

/// A step of the job and what issue and design ask of it; 0: nothing.
struct Step {
  std::string name;
  std::vector<std::string> arguments;
  double wall_s_max = 0;
  std::vector<Run> runs{};
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

Run run(const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(DAYBOOK_BINARY)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDOUT_FILENO);
    ::execv(DAYBOOK_BINARY, argv.data());
    std::perror("daybook-bench-retail: cannot run " DAYBOOK_BINARY);
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || ::wait4(child, &status, 0, &usage) != child || status != 0) {
    std::fprintf(stderr, "daybook-bench-retail: `daybook %s ...` failed\n", arguments.front().c_str());
    std::exit(1);
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

double median(const std::vector<Run>& runs, double Run::* figure) {
  std::vector<double> values;
  for (const Run& one : runs) values.push_back(one.*figure);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<Step> steps_of(const std::string& log, const std::string& file, const std::string& mapping) {
  const auto on_log = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--log", log});
    return arguments;
  };
  return {{"import", on_log({"import", file, "--mapping", mapping}), 3},
          {"import again", on_log({"import", file, "--mapping", mapping})},
          {"inventory", on_log({"projection", "run", "inventory"}), 1},
          {"analytics", on_log({"projection", "run", "analytics"}), 2},
          {"read --json", on_log({"read", "--json"})},
          {"verify", on_log({"verify"})},
          {"get 20000", on_log({"get", "20000"})}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string source(DAYBOOK_SOURCE_DIR);
  const std::string file = argc > 1 ? argv[1] : source + "/../shared/data/online-retail/online-retail.csv.gz";
  const long repeats = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 3;
  if (!std::filesystem::exists(file) || repeats < 1 || repeats > 100) {
    std::fprintf(stderr,
                 "usage: daybook-bench-retail [FILE.csv[.gz]] [REPEATS 1..100]; %s is not there or REPEATS is off\n",
                 file.c_str());
    return 2;
  }
  std::string directory = (std::filesystem::temp_directory_path() / "daybook-bench-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) {
    std::perror("daybook-bench-retail: cannot make a directory");
    return 1;
  }
  const std::string log = directory + "/log.daybook";
  std::vector<Step> steps = steps_of(log, file, source + "/examples/retail/online-retail.toml");
  for (long repeat = 0; repeat < repeats; ++repeat) {
    std::filesystem::remove_all(log);
    for (Step& step : steps) step.runs.push_back(run(step.arguments));
  }
  std::filesystem::remove_all(directory);

  std::printf("%-14s %9s %9s %9s %9s %9s %9s\n", "step", "wall s", "min", "max", "cpu s", "peak MiB", "at most s");
  for (const Step& step : steps) {
    const auto [least, most] = std::ranges::minmax_element(step.runs, {}, &Run::wall_s);
    std::printf("%-14s %9.2f %9.2f %9.2f %9.2f %9.0f ", step.name.c_str(), median(step.runs, &Run::wall_s),
                least->wall_s, most->wall_s, median(step.runs, &Run::cpu_s), median(step.runs, &Run::peak_mib));
    if (step.wall_s_max > 0) {
      std::printf("%9.0f\n", step.wall_s_max);
    } else {
      std::printf("%9s\n", "-");
    }
  }
  return 0;
}
