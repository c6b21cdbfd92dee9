// One queue for all: a read that takes long holds up one thread, not those behind it. Work that may be long is cut into
// turns by those who bring it.
#include "server/reader_pool.h"

#include "base/thread_name.h"

namespace daybook::server {

ReaderPool::ReaderPool(std::size_t threads, std::size_t jobs_max) : jobs_max_(jobs_max) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ReaderPool::~ReaderPool() {
  stop();
}

bool ReaderPool::push(Job job) {
  {
    const Lock lock(mutex_);
    if (!stopping_) {
      if (jobs_.size() >= jobs_max_) return false;
      jobs_.push_back(std::move(job));
      job = nullptr;
    }
  }
  if (job) {
    job(false);
  } else {
    filled_.notify_one();
  }
  return true;
}

void ReaderPool::work() {
  name_this_thread("daybook-read");
  while (true) {
    Job job;
    {
      Lock lock(mutex_);
      while (jobs_.empty() && !stopping_) filled_.wait(lock);
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job(true);
  }
}

void ReaderPool::stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::deque<Job> left;
  {
    const Lock lock(mutex_);
    left.swap(jobs_);
  }
  for (Job& job : left) job(false);
}

}  // namespace daybook::server
