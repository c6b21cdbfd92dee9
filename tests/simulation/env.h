// RocksDB's environment in a simulation: the simulated disk, the simulated clock, and background jobs that run only
// where the simulation says.
//
// Threads: the simulation's; RocksDB may schedule from any. Owns: the jobs that wait, and a thread while one is needed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include <rocksdb/env.h>
#include <rocksdb/system_clock.h>

#include "tests/simulation/clock.h"
#include "tests/simulation/disk.h"

namespace daybook::simulation {

class SimulatedEnv final : public rocksdb::EnvWrapper {
 public:
  /// `seed`: for the ids that RocksDB makes.
  SimulatedEnv(Disk& disk, SimulatedClock& clock, std::uint64_t seed);
  ~SimulatedEnv() override;

  /// While it lives, the calling thread may wait inside RocksDB for a flush: flushes that are scheduled then run at
  /// once, on another thread, and nobody but that thread gets at the disk meanwhile. What waited before runs first.
  class Waiting {
   public:
    explicit Waiting(SimulatedEnv& env);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    SimulatedEnv& env_;
  };

  /// Jobs that wait; the first ones were scheduled first.
  [[nodiscard]] std::size_t job_count() const;
  /// Runs the job at `place` (below job_count()) on this thread.
  void run_job(std::size_t place);

  void Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                void (*unscheduled)(void*)) override;
  int UnSchedule(void* tag, Priority priority) override;
  unsigned int GetThreadPoolQueueLen(Priority priority) const override;
  int GetBackgroundThreads(Priority) override { return 1; }
  void SetBackgroundThreads(int, Priority) override {}
  void IncBackgroundThreadsIfNeeded(int, Priority) override {}
  void LowerThreadPoolIOPriority(Priority) override {}
  uint64_t NowMicros() override;
  uint64_t NowNanos() override;
  void SleepForMicroseconds(int micros) override;
  rocksdb::Status GetCurrentTime(int64_t* unix_time) override;
  rocksdb::Status GetHostName(char* name, uint64_t bytes) override;
  std::string GenerateUniqueId() override;

 private:
  struct Job {
    void (*function)(void*);
    void* argument;
    Priority priority;
    void* tag;
    void (*unscheduled)(void*);
  };

  void help();
  void wait_for_helper();

  SimulatedClock& clock_;
  Random ids_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by mutex_:
  std::deque<Job> jobs_;
  std::deque<Job> urgent_;  ///< The helper's.
  bool waiting_ = false;
  bool working_ = false;  ///< The helper runs a job.
  std::thread helper_;
};

}  // namespace daybook::simulation
