// A projection that the server runs: folded on a thread of its own as the log grows, read by reader threads in between.
//
// Threads: any; see each. Owns: the runner and its thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <kj/async.h>

#include "base/mutex.h"
#include "daybook/log.h"
#include "daybook/projection.h"
#include "daybook/result.h"
#include "net/loop.h"
#include "server/turnstile.h"

namespace daybook::server {

class ProjectionHost {
 public:
  /// Opens its store, in the log's directory. Errors as ProjectionRunner::open.
  [[nodiscard]] static Result<std::unique_ptr<ProjectionHost>> open(Log& log, Projection projection);
  /// As stop().
  ~ProjectionHost();
  ProjectionHost(const ProjectionHost&) = delete;
  ProjectionHost& operator=(const ProjectionHost&) = delete;

  /// Begins to fold. `moved` is called on its thread when the position moved, or it stopped; it must not block.
  void start(std::function<void(ProjectionHost&)> moved);
  /// The log's head moved. Any thread; never blocks.
  void ring();
  /// Folds no further; returns when the thread has ended.
  void stop();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// As of the last step.
  [[nodiscard]] ProjectionStatus status() const;
  /// The state holds every event through here.
  [[nodiscard]] Sequence position() const { return Sequence(position_.load()); }
  /// Why it does not go on, unless it does.
  [[nodiscard]] std::optional<Error> standstill() const;

  /// Calls `use` with the state, between two steps, and gives the checkpoint that it was of. Waits for the step at
  /// hand.
  Checkpoint read(const std::function<void(State&)>& use);

 private:
  explicit ProjectionHost(std::unique_ptr<ProjectionRunner> runner);
  void run();
  [[nodiscard]] bool step();
  void publish(std::optional<Error> error);

  const std::unique_ptr<ProjectionRunner> runner_;
  const std::string name_;
  std::function<void(ProjectionHost&)> moved_;
  std::atomic<std::uint64_t> position_{0};
  Turnstile turns_;  ///< Of the runner's state: steps and reads.

  mutable Mutex mutex_;
  Bell bell_;
  ProjectionStatus status_ DAYBOOK_GUARDED_BY(mutex_);
  std::optional<Error> standstill_ DAYBOOK_GUARDED_BY(mutex_);
  bool rung_ DAYBOOK_GUARDED_BY(mutex_) = true;
  bool stopping_ DAYBOOK_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace daybook::server
