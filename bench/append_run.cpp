// A blocking producer is a thread, as in a program that serves requests. An asynchronous one keeps its number of
// appends in flight with a semaphore, which is what a program would do to bound its memory.
#include "bench/append_run.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/thread_name.h"

namespace daybook::bench {
namespace {

constexpr std::ptrdiff_t kOutstandingMax = 1 << 20;

/// What the producers of a run share.
class Race {
 public:
  explicit Race(const AppendPlan& plan) : plan_(plan), begin_(Clock::now()) {}

  void produce(Log& log, std::uint32_t producer) {
    WorkloadOptions options = plan_.workload;
    options.producer = producer;
    options.producers = plan_.producers;
    Workload workload(options);
    if (plan_.outstanding > 0) {
      produce_async(log, workload);
    } else {
      produce_blocking(log, workload);
    }
  }

  [[nodiscard]] AppendOutcome outcome() const {
    AppendOutcome outcome;
    outcome.events = static_cast<double>(events_.load());
    outcome.conflicts = static_cast<double>(conflicts_.load());
    outcome.acknowledged_s = seconds_between(begin_, Clock::now());
    outcome.latencies = latencies_;
    return outcome;
  }

 private:
  [[nodiscard]] bool over() const { return seconds_between(begin_, Clock::now()) >= plan_.seconds; }

  /// Waits for the time at which commit `number` of this producer is due.
  void keep_pace(std::uint64_t number) const {
    if (plan_.commits_per_s <= 0) return;
    const double due = static_cast<double>(number) * plan_.producers / plan_.commits_per_s;
    std::this_thread::sleep_until(begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(due * 1e9)));
  }

  void produce_blocking(Log& log, Workload& workload) {
    Latencies latencies;
    for (std::uint64_t number = 0; !over(); ++number) {
      keep_pace(number);
      Commit commit = workload.next(plan_.events, log.head());
      const auto called = Clock::now();
      count(log.append(std::move(commit)));
      latencies.add(Clock::now() - called);
    }
    const std::lock_guard lock(mutex_);
    latencies_.merge(latencies);
  }

  void produce_async(Log& log, Workload& workload) {
    std::counting_semaphore<kOutstandingMax> room(plan_.outstanding);
    for (std::uint64_t number = 0; !over(); ++number) {
      keep_pace(number);
      Commit commit = workload.next(plan_.events, log.head());
      room.acquire();
      const auto queued = log.append_async(std::move(commit), [this, &room](Result<Appended> appended) {
        count(appended);
        room.release();
      });
      if (!queued) give_up("append_async", queued.error());
    }
    for (std::uint32_t i = 0; i < plan_.outstanding; ++i) room.acquire();
  }

  void count(const Result<Appended>& appended) {
    if (appended) {
      events_.fetch_add(plan_.events, std::memory_order_relaxed);
    } else if (appended.error().code == Code::conflict && plan_.workload.query) {
      conflicts_.fetch_add(1, std::memory_order_relaxed);
    } else {
      give_up("append", appended.error());
    }
  }

  const AppendPlan& plan_;
  const Clock::time_point begin_;
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> conflicts_{0};
  std::mutex mutex_;
  Latencies latencies_;
};

/// Producer i appends to log i, or all to the one that there is; `settle` follows the last acknowledgement.
AppendOutcome run(std::span<Log* const> logs, const AppendPlan& plan, const std::function<void()>& settle) {
  static_cast<void>(Workload({.producers = plan.producers}));  // Draws its numbers before the clock runs.
  const Meter meter;
  Race race(plan);
  std::vector<std::thread> producers;
  for (std::uint32_t producer = 0; producer < plan.producers; ++producer) {
    Log& log = *logs[producer % logs.size()];
    producers.emplace_back([&race, &log, producer] {
      name_this_thread("producer");
      race.produce(log, producer);
    });
  }
  for (std::thread& producer : producers) producer.join();
  AppendOutcome outcome = race.outcome();
  settle();
  outcome.indexed_s = meter.wall_s();
  outcome.cpu_s = meter.cpu_s();
  outcome.written_bytes = meter.written_bytes();
  return outcome;
}

}  // namespace

AppendOutcome run_append(Log& log, const AppendPlan& plan) {
  Log* const one = &log;
  return run({&one, 1}, plan, [&log] { wait_for_index(log); });
}

AppendOutcome run_remote_append(std::span<Log* const> logs, const AppendPlan& plan) {
  return run(logs, plan, [] {});
}

void give_up(const std::string& what, const Error& error) {
  std::fprintf(stderr, "daybook-bench: %s: %s\n", what.c_str(), to_string(error).c_str());
  std::exit(1);
}

void append_all(Log& log, std::uint64_t events, const WorkloadOptions& options, std::size_t per_commit,
                const std::function<void(Event& event, std::uint64_t number)>& adjust) {
  constexpr std::ptrdiff_t kOutstanding = 64;
  Workload workload(options);
  std::counting_semaphore<kOutstandingMax> room(kOutstanding);
  for (std::uint64_t done = 0; done < events;) {
    Commit commit = workload.next(std::min<std::uint64_t>(per_commit, events - done), {});
    for (Event& event : commit.events) {
      ++done;
      if (adjust) adjust(event, done);
    }
    room.acquire();
    const auto queued = log.append_async(std::move(commit), [&room](const Result<Appended>& appended) {
      if (!appended) give_up("append", appended.error());
      room.release();
    });
    if (!queued) give_up("append_async", queued.error());
  }
  for (std::ptrdiff_t i = 0; i < kOutstanding; ++i) room.acquire();
}

void wait_for_index(Log& log) {
  if (const auto indexed = log.flush_index(); !indexed) give_up("flush_index", indexed.error());
}

void close_log(Log& log) {
  if (const auto closed = log.close(); !closed) give_up("close", closed.error());
}

}  // namespace daybook::bench
