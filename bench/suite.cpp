// Logs of many millions of events take a minute to make, so those that are only read are made once a run.
#include "bench/suite.h"

#include <cstdio>
#include <cstdlib>

#include "bench/append_run.h"
#include "bench/sweeper.h"

namespace daybook::bench {

Suite::Suite(Settings settings, Report& report) : settings_(std::move(settings)), report_(report) {
  std::string name = (settings_.directory / "daybook-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    std::perror(("daybook-bench: cannot make a directory in " + settings_.directory.string()).c_str());
    std::exit(1);
  }
  directory_ = name;
  remove_afterwards(directory_);
}

Suite::~Suite() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::unique_ptr<Log> Suite::fresh_log(const std::string& name, const Options& options) {
  remove_log(name);
  Options creating = options;
  creating.create_if_missing = true;
  return open_log(name, creating);
}

std::unique_ptr<Log> Suite::open_log(const std::string& name, const Options& options) {
  auto log = Log::open(directory_ / name, options);
  if (!log) give_up("open " + name, log.error());
  return std::move(*log);
}

std::string Suite::standing_log(std::uint64_t events) {
  const std::string name = "standing-" + std::to_string(events);
  if (!std::filesystem::exists(directory_ / name)) {
    const auto log = fresh_log(name, {.durability = Durability::buffered});
    append_all(*log, scaled(events));
    wait_for_index(*log);
    close_log(*log);
  }
  return name;
}

void Suite::remove_log(const std::string& name) {
  std::filesystem::remove_all(directory_ / name);
}

}  // namespace daybook::bench
