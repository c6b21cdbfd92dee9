// One commit after the other would wait for a sync each; with many on their way a sync serves them all. The log
// completes them in the order in which they were queued, so what a failure leaves behind is a prefix.
#include "cli/generate/commit_window.h"

#include <utility>

namespace daybook::cli {
namespace {

constexpr std::uint64_t kUnderWayMax = 1024;

}  // namespace

CommitWindow::~CommitWindow() {
  finish();
}

bool CommitWindow::append(Commit commit) {
  {
    Lock lock(mutex_);
    while (under_way_ == kUnderWayMax) changed_.wait(lock);
    if (failure_) return false;
    ++under_way_;
  }
  auto accepted = log_.append_async(std::move(commit), [this](const Result<Appended>& result) { completed(result); });
  if (accepted) return true;
  completed(std::unexpected(std::move(accepted.error())));
  return false;
}

void CommitWindow::completed(const Result<Appended>& result) {
  const Lock lock(mutex_);
  --under_way_;
  if (result) {
    ++counts_.commits;
    const std::uint64_t events = result->last.value() - result->first.value() + 1;
    (result->repeated ? counts_.events_present : counts_.events_added) += events;
  } else if (!failure_) {
    failure_ = result.error();
  }
  // Under the lock: once nothing is on its way, finish() may return and this object may be gone.
  changed_.notify_all();
}

void CommitWindow::finish() {
  Lock lock(mutex_);
  while (under_way_ != 0) changed_.wait(lock);
}

}  // namespace daybook::cli
