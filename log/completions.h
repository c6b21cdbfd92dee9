// Tells appenders what became of their commits, never under a lock. A blocking append's thread builds its own result,
// so that all of a group are told by one wake-up, by the sequencer itself; completions run on one thread, in commit
// order, and what has to be read first is read there. A few brief ones run on the sequencer, if none is before them.
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
  /// Tells blocking appends, and hands the others over; one wake-up for each of the two. Their verdicts are final.
  void post(std::vector<RequestPtr> requests);
  /// Tells what was posted. False: nothing was.
  bool step();
  /// Tells everything posted, then ends the thread, if there is one.
  void stop();

 private:
  void run();
  void tell_blocking(std::vector<RequestPtr>& requests);
  [[nodiscard]] bool may_tell_here(const std::vector<RequestPtr>& requests);
  void tell_all(std::vector<RequestPtr>& requests);
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

/// Whether the result has to be read: of a repeat its versions, of a fail-if-match conflict the name of the event.
[[nodiscard]] bool needs_reading(const Verdict& verdict);
/// The result that a verdict stands for which needs no reading.
[[nodiscard]] Result<Appended> result_of(AppendRequest& request);

}  // namespace daybook
