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
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ < kUnderWayMax; });
    if (failure_) return false;
    ++under_way_;
  }
  auto accepted = log_.append_async(std::move(commit), [this](const Result<Appended>& result) { completed(result); });
  if (accepted) return true;
  completed(std::unexpected(std::move(accepted.error())));
  return false;
}

void CommitWindow::completed(const Result<Appended>& result) {
  const std::scoped_lock lock(mutex_);
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
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return under_way_ == 0; });
}

}  // namespace daybook::cli
