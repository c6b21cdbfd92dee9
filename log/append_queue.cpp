// One short lock a commit: the queue hands over pointers, a whole group at a time.
#include "log/append_queue.h"

namespace daybook {
namespace {

std::unexpected<Error> closed_error() {
  return fail(Code::closed, "the log is closed", Outcome::not_appended);
}

}  // namespace

bool AppendQueue::has_room(const AppendRequest& request) const {
  // One that is alone fits, however large: its size has a limit of its own.
  return commits_ == 0 || (commits_ < commits_max_ && bytes_ + request.bytes <= bytes_max_);
}

void AppendQueue::add(const RequestPtr& request) {
  request->gong = gongs_[takes_ % gongs_.size()];
  waiting_.push_back(request);
  ++commits_;
  bytes_ += request->bytes;
}

Result<void> AppendQueue::try_push(const RequestPtr& request) {
  {
    const Lock lock(mutex_);
    if (closed_) return closed_error();
    if (!has_room(*request)) {
      return fail(Code::busy, "the append queue is full; wait for completions, then try again", Outcome::not_appended);
    }
    add(request);
  }
  filled_.notify_one();
  return {};
}

Result<void> AppendQueue::push(const RequestPtr& request) {
  {
    Lock lock(mutex_);
    for (bool in_time = true; in_time && !closed_ && !has_room(*request);) {
      in_time = drained_.wait_until(lock, request->deadline);
    }
    if (closed_) return closed_error();
    if (!has_room(*request)) {
      return fail(Code::timeout, "the append queue stayed full until the deadline", Outcome::not_appended);
    }
    add(request);
  }
  filled_.notify_one();
  return {};
}

std::vector<RequestPtr> AppendQueue::take(std::size_t bytes_max) {
  std::vector<RequestPtr> taken;
  {
    const Lock lock(mutex_);
    std::size_t bytes = 0;
    ++takes_;
    taken.reserve(waiting_.size() - begin_);
    while (begin_ < waiting_.size() && (taken.empty() || bytes + waiting_[begin_]->bytes <= bytes_max)) {
      bytes += waiting_[begin_]->bytes;
      taken.push_back(std::move(waiting_[begin_++]));
    }
    if (begin_ == waiting_.size()) {
      waiting_.clear();
      begin_ = 0;
    } else if (begin_ >= commits_max_) {
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
  }
  return taken;
}

void AppendQueue::release(std::size_t commits, std::size_t bytes) {
  {
    const Lock lock(mutex_);
    commits_ -= commits;
    bytes_ -= bytes;
  }
  drained_.notify_all();
}

void AppendQueue::wait() {
  Lock lock(mutex_);
  while (begin_ == waiting_.size() && !woken_ && !closed_) filled_.wait(lock);
  woken_ = false;
}

void AppendQueue::wake() {
  {
    const Lock lock(mutex_);
    woken_ = true;
  }
  filled_.notify_one();
}

void AppendQueue::close() {
  {
    const Lock lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
  drained_.notify_all();
}

bool AppendQueue::closed_and_empty() {
  const Lock lock(mutex_);
  return closed_ && begin_ == waiting_.size();
}

}  // namespace daybook
