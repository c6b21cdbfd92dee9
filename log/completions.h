// Tells appenders what became of their commits, on one thread, in commit order: never under a lock, and never on the
// sequencer, but for one blocking append alone in its group, whom telling costs no more than waking that thread.
//
// Threads: post() from the sequencer; step() one at a time: the thread started here calls it, a simulation may instead.
// Owns: that thread.
#pragma once

#include <thread>
#include <vector>

#include "base/mutex.h"
#include "log/append_queue.h"
#include "log/core.h"

namespace daybook {

class Completions {
 public:
  Completions(Core& core, AppendQueue& queue) : core_(core), queue_(queue) {}
  ~Completions();
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  /// Begins the thread that calls step().
  void start();
  /// Hands over requests whose verdict is final; one wake-up a group.
  void post(std::vector<RequestPtr> requests);
  /// Tells what was posted. False: nothing was.
  bool step();
  /// Tells everything posted, then ends the thread, if there is one.
  void stop();

 private:
  void run();
  [[nodiscard]] bool may_tell_at_once(const std::vector<RequestPtr>& requests);
  void tell(AppendRequest& request);

  Core& core_;
  AppendQueue& queue_;
  Mutex mutex_;
  Bell posted_;
  std::vector<RequestPtr> waiting_ DAYBOOK_GUARDED_BY(mutex_);
  bool telling_ DAYBOOK_GUARDED_BY(mutex_) = false;  ///< step() has taken some, and is not done with them.
  bool stopping_ DAYBOOK_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

/// The result that a verdict stands for. Reads the blocks of a repeated commit.
[[nodiscard]] Result<Appended> result_of(Core& core, AppendRequest& request);

}  // namespace daybook
