// What all parts of a simulation share: chance, time, disk, the model, and the log while it is open.
//
// Threads: one at a time. Owns: all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "daybook/log.h"
#include "log/local_log.h"
#include "tests/simulation/env.h"
#include "tests/simulation/model.h"
#include "tests/simulation/shapes.h"

namespace daybook::simulation {

struct World {
  World(std::uint64_t seed, bool print)
      : random(seed), history(print), disk(history), env(disk, clock, random.next()), shapes(random) {}

  /// Opens the log in `/log`, without threads; a part of it stays reachable beside its public face.
  [[nodiscard]] Result<void> open_log(const Options& options) {
    auto opened = std::make_unique<LocalLog>("/log", options, &env, Drive::steps);
    if (auto ok = opened->open(); !ok) return ok;
    impl = opened.get();
    log = Log::Impl::face(std::move(opened));
    return {};
  }

  /// Closes it; whatever is told meanwhile finds it still there.
  void close_log() {
    if (log) static_cast<void>(log->close());
    log.reset();
    impl = nullptr;
  }

  /// The first thing that was wrong; what comes after it may be its consequence.
  void fail(const std::string& what) {
    if (!trouble.empty()) return;
    trouble = what;
    history.note("WRONG: " + what);
  }
  void fail_if(bool wrong, const std::string& what) {
    if (wrong) fail(what);
  }
  /// An error that nothing in this run asked for.
  void unless_disk_failed(const Error& error, const std::string& doing) {
    history.note(doing + ": " + to_string(error));
    fail_if(!disk.has_failed() && !disk.ended(), doing + " failed: " + to_string(error));
  }

  Random random;
  History history;
  Disk disk;
  SimulatedClock clock;
  SimulatedEnv env;
  Shapes shapes;
  Model model;
  std::string trouble;

  std::unique_ptr<Log> log;
  LocalLog* impl = nullptr;
};

}  // namespace daybook::simulation
