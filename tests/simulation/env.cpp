// RocksDB waits for a flush in one place that daybook uses (a flush before closing), on the thread that asked. So only
// then a second thread runs the job, and only then; the disk's gate keeps the first one away from it until that job is
// done, so that no two calls ever race and the same seed makes the same calls. Everything else that RocksDB does in the
// background waits here until the simulation picks it.
#include "tests/simulation/env.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "tests/simulation/file_system.h"

namespace daybook::simulation {
namespace {

/// A gate that stays closed is a deadlock, which is better told than waited for.
constexpr std::chrono::seconds kGateMax{60};

class RocksClock final : public rocksdb::SystemClock {
 public:
  explicit RocksClock(SimulatedClock& clock) : clock_(clock) {}
  const char* Name() const override { return "daybook.SimulatedClock"; }
  uint64_t NowMicros() override { return NowNanos() / 1000; }
  uint64_t NowNanos() override { return static_cast<std::uint64_t>(clock_.steady_now().time_since_epoch().count()); }
  void SleepForMicroseconds(int micros) override { clock_.advance(std::chrono::microseconds(micros)); }
  rocksdb::Status GetCurrentTime(int64_t* unix_time) override {
    *unix_time = std::chrono::duration_cast<std::chrono::seconds>(clock_.now().time_since_epoch()).count();
    return rocksdb::Status::OK();
  }
  std::string TimeToString(uint64_t time) override { return std::to_string(time); }

 private:
  SimulatedClock& clock_;
};

}  // namespace

SimulatedEnv::SimulatedEnv(Disk& disk, SimulatedClock& clock, std::uint64_t seed)
    : rocksdb::EnvWrapper(rocksdb::NewCompositeEnv(make_file_system(disk))), clock_(clock), ids_(seed) {
  file_system_ = target()->GetFileSystem();
  system_clock_ = std::make_shared<RocksClock>(clock);
  disk.set_gate([this] { wait_for_helper(); });
}

SimulatedEnv::~SimulatedEnv() {
  DAYBOOK_CHECK(jobs_.empty() && !waiting_, "every database was closed before its environment");
}

SimulatedEnv::Waiting::Waiting(SimulatedEnv& env) : env_(env) {
  while (true) {
    std::size_t place = 0;
    {
      const std::scoped_lock lock(env_.mutex_);
      const auto flush = std::ranges::find(env_.jobs_, Priority::HIGH, &Job::priority);
      if (flush == env_.jobs_.end()) break;
      place = static_cast<std::size_t>(flush - env_.jobs_.begin());
    }
    env_.run_job(place);
  }
  const std::scoped_lock lock(env_.mutex_);
  DAYBOOK_CHECK(!env_.waiting_, "one waits at a time");
  env_.waiting_ = true;
}

SimulatedEnv::Waiting::~Waiting() {
  std::thread helper;
  {
    std::unique_lock lock(env_.mutex_);
    env_.waiting_ = false;
    helper = std::move(env_.helper_);
  }
  env_.changed_.notify_all();
  if (helper.joinable()) helper.join();
}

void SimulatedEnv::help() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return !urgent_.empty() || !waiting_; });
    if (urgent_.empty()) return;
    const Job job = urgent_.front();
    urgent_.pop_front();
    working_ = true;
    lock.unlock();
    job.function(job.argument);
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
}

void SimulatedEnv::wait_for_helper() {
  std::unique_lock lock(mutex_);
  if (helper_.get_id() == std::this_thread::get_id()) return;
  const bool opened = changed_.wait_for(lock, kGateMax, [this] { return !working_ && urgent_.empty(); });
  DAYBOOK_CHECK(opened, "a flush that somebody waits for never ended");
}

std::size_t SimulatedEnv::job_count() const {
  const std::scoped_lock lock(mutex_);
  return jobs_.size();
}

void SimulatedEnv::run_job(std::size_t place) {
  Job job{};
  {
    const std::scoped_lock lock(mutex_);
    DAYBOOK_CHECK(place < jobs_.size(), "only a job that waits can be run");
    job = jobs_[place];
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  job.function(job.argument);
}

void SimulatedEnv::Schedule(void (*function)(void*), void* argument, Priority priority, void* tag,
                            void (*unscheduled)(void*)) {
  const std::scoped_lock lock(mutex_);
  const Job job{function, argument, priority, tag, unscheduled};
  if (!waiting_ || priority != Priority::HIGH) {
    jobs_.push_back(job);
    return;
  }
  urgent_.push_back(job);
  if (!helper_.joinable()) helper_ = std::thread([this] { help(); });
  changed_.notify_all();
}

int SimulatedEnv::UnSchedule(void* tag, Priority priority) {
  std::deque<Job> taken;
  {
    const std::scoped_lock lock(mutex_);
    for (std::deque<Job>* queue : {&jobs_, &urgent_}) {
      std::erase_if(*queue, [&](const Job& job) {
        const bool matches = job.tag == tag && job.priority == priority;
        if (matches) taken.push_back(job);
        return matches;
      });
    }
  }
  changed_.notify_all();
  for (const Job& job : taken) {
    if (job.unscheduled != nullptr) job.unscheduled(job.argument);
  }
  return static_cast<int>(taken.size());
}

unsigned int SimulatedEnv::GetThreadPoolQueueLen(Priority priority) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<unsigned int>(std::ranges::count(jobs_, priority, &Job::priority));
}

uint64_t SimulatedEnv::NowMicros() {
  return system_clock_->NowMicros();
}
uint64_t SimulatedEnv::NowNanos() {
  return system_clock_->NowNanos();
}
void SimulatedEnv::SleepForMicroseconds(int micros) {
  system_clock_->SleepForMicroseconds(micros);
}
rocksdb::Status SimulatedEnv::GetCurrentTime(int64_t* unix_time) {
  return system_clock_->GetCurrentTime(unix_time);
}

rocksdb::Status SimulatedEnv::GetHostName(char* name, uint64_t bytes) {
  constexpr std::string_view kName = "simulation";
  const std::size_t count = kName.copy(name, bytes - 1);
  name[count] = '\0';
  return rocksdb::Status::OK();
}

std::string SimulatedEnv::GenerateUniqueId() {
  Uuid id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(ids_.next());
  return id.text();
}

}  // namespace daybook::simulation
