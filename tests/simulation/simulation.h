// One run of a log's life, drawn from one seed: appends, reads, crashes, failures, and the comparison with the model.
//
// Threads: one at a time; runs are independent. Owns: the whole simulated world.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/appends.h"
#include "tests/simulation/consumers.h"
#include "tests/simulation/world.h"

namespace daybook::simulation {

/// What a run came to.
struct RunReport {
  std::string trouble;  ///< Empty: all was well.
  std::string digest;   ///< Of its history; the same for the same seed.
  std::uint64_t commits = 0;
  std::uint64_t refused = 0;
  std::uint64_t crashes = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t calls = 0;  ///< On the disk.
};

class Simulation {
 public:
  /// `print`: the history goes to standard output as it happens.
  Simulation(std::uint64_t seed, bool print);
  [[nodiscard]] RunReport run();

 private:
  struct Action {
    std::uint64_t weight;
    void (Simulation::*act)();
  };

  void choose_actions();
  void act();
  // The actions.
  void submit() { appends_.submit(); }
  void submit_many();
  void step_sequencer() { world_.impl->step_sequencer(); }
  void step_indexer();
  void step_completions() { world_.impl->step_completions(); }
  void request_freeze() { world_.impl->request_freeze(); }
  void run_job();
  void begin_flush();
  void made_table_file();
  void drain_if_much();
  void run_all_jobs();
  void pass_time();
  void look();
  void look_beside();
  void step_subscriber();
  void step_projector();
  void close_projector();
  void end_soon();
  void fail_soon();
  void die();
  void close_and_open();

  void forget_process();
  void restart(bool power_cut);
  void open();
  [[nodiscard]] bool try_open(const Options& options);
  void check_after_opening();
  void check_everything();

  World world_;
  Appends appends_;
  std::vector<Subscriber> subscribers_;
  std::vector<Projector> projectors_;
  std::vector<Action> actions_;
  std::uint64_t weight_ = 0;
  bool disk_may_fail_ = false;
  bool process_may_end_ = false;
  Options options_;          ///< As the log was last opened.
  Sequence safe_through_;    ///< What a power cut must leave.
  Sequence exists_through_;  ///< What the end of a process must leave.
  bool opened_at_once_ = false;
  std::uint64_t table_files_ = 0;  ///< Made since all jobs were run.
  std::uint64_t flushes_ = 0;      ///< Begun since then.
  std::uint64_t crashes_ = 0;
  std::uint64_t power_cuts_ = 0;
};

}  // namespace daybook::simulation
