// No thread of its own: a commit that comes alone is written by who brings it, without a switch of threads, which is
// the best that the peer can do.
#include "bench/peers/group_writer.h"

#include <utility>

namespace daybook::bench {

void GroupWriter::append(const Commit& commit) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&commit);
  const std::uint64_t own = ++queued_;
  while (written_ < own) {
    if (writing_) {
      done_.wait(lock);
      continue;
    }
    writing_ = true;
    const auto group = std::exchange(waiting_, {});
    const std::uint64_t through = queued_;
    lock.unlock();
    write_(group);
    lock.lock();
    written_ = through;
    writing_ = false;
    done_.notify_all();
  }
}

}  // namespace daybook::bench
