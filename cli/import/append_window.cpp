// One fsync covers whatever came together, so throughput needs many commits on their way. But a second import must stop
// at the first one that conflicts (a changed mapping) with nothing new behind it: what an earlier import stored is
// a beginning of the input, so as long as commits are repeats each one is waited for, and the first new one ends that.
#include "cli/import/append_window.h"

#include <chrono>
#include <utility>

#include "daybook/clock.h"

namespace daybook::cli {
namespace {

constexpr std::uint64_t kCommitsMax = 4096;
constexpr std::size_t kBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kTypesMax = 1000;
/// How long to wait when the log is busy with others than us.
constexpr auto kBusyWait = std::chrono::milliseconds(1);

}  // namespace

AppendWindow::~AppendWindow() {
  finish();
}

bool AppendWindow::append(ImportedCommit commit) {
  if (!wait_for_room()) return false;
  Sent sent{.types = {}, .first_row = commit.first_row, .line = commit.line};
  for (const Event& event : commit.commit.events) {
    ++sent.types[event.type];
    ++sent.events;
    sent.bytes += event.data.size();
  }
  while (true) {
    auto submitted = submit(commit.commit, sent);
    if (submitted) return true;
    if (submitted.error().code != Code::busy) {
      fail_with(sent, std::move(submitted.error()));
      return false;
    }
    Lock lock(mutex_);
    static_cast<void>(changed_.wait_until(lock, Clock::system().steady_now() + kBusyWait));
    if (failure_) return false;
  }
}

void AppendWindow::finish() {
  Lock lock(mutex_);
  while (commits_under_way_ != 0) changed_.wait(lock);
}

/// False when a commit failed.
bool AppendWindow::wait_for_room() {
  Lock lock(mutex_);
  while (!failure_ && !has_room()) changed_.wait(lock);
  return !failure_;
}

bool AppendWindow::has_room() const {
  if (is_catching_up_) return commits_under_way_ == 0;
  return commits_under_way_ < kCommitsMax && bytes_under_way_ < kBytesMax;
}

Result<void> AppendWindow::submit(const Commit& commit, const Sent& sent) {
  {
    const Lock lock(mutex_);
    ++commits_under_way_;
    bytes_under_way_ += sent.bytes;
  }
  // A copy, because a busy log does not give the commit back.
  auto accepted =
      log_.append_async(commit, [this, sent](const Result<Appended>& result) { completed(sent, result); }, options_);
  if (!accepted) {
    const Lock lock(mutex_);
    --commits_under_way_;
    bytes_under_way_ -= sent.bytes;
  }
  return accepted;
}

void AppendWindow::completed(const Sent& sent, const Result<Appended>& result) {
  if (!result) fail_with(sent, result.error());
  const Lock lock(mutex_);
  if (result && result->repeated) counts_.repeated += sent.events;
  if (result && !result->repeated) {
    is_catching_up_ = false;
    counts_.appended += sent.events;
    for (const auto& [type, count] : sent.types) {
      const bool has_room = counts_.by_type.size() < kTypesMax || counts_.by_type.contains(type);
      counts_.by_type[has_room ? type : std::string()] += count;
    }
  }
  --commits_under_way_;
  bytes_under_way_ -= sent.bytes;
  // Under the lock: once nothing is under way, finish() may return and the window be gone.
  changed_.notify_all();
}

void AppendWindow::fail_with(const Sent& sent, Error error) {
  const Lock lock(mutex_);
  if (!failure_) failure_ = AppendFailure{std::move(error), sent.first_row, sent.line};
}

}  // namespace daybook::cli
