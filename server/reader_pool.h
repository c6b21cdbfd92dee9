// The threads that read storage for everybody, so that no connection waits for another's disk.
//
// Threads: run() on a loop's; stop() from the owner's. Owns: its threads, and the jobs that wait.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <kj/async.h>
#include <kj/common.h>

#include "base/mutex.h"
#include "daybook/result.h"
#include "net/loop.h"

namespace daybook::server {

/// Runs reads in the order in which they came.
class ReaderPool {
 public:
  /// Begins `threads` threads; at most `jobs_max` jobs wait.
  ReaderPool(std::size_t threads, std::size_t jobs_max);
  /// As stop().
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// What `read` gives, which runs on a thread of the pool and is destroyed there; the promise is `loop`'s, whose
  /// thread this is. `busy` where too many wait, `closed` after stop(). Once the promise is dropped, `read` does not
  /// begin any more; if it has, it runs to its end, so it refers to nothing that goes with the promise.
  template <class T>
  [[nodiscard]] kj::Promise<Result<T>> run(net::Loop& loop, std::move_only_function<Result<T>()> read);

  /// Ends the threads; reads that have not begun never will.
  void stop();

 private:
  /// Called with false where it shall not run any more.
  using Job = std::move_only_function<void(bool run)>;

  /// False: too many wait, and `job` is dropped.
  [[nodiscard]] bool push(Job job);
  void work();

  const std::size_t jobs_max_;
  Mutex mutex_;
  Bell filled_;
  std::deque<Job> jobs_ DAYBOOK_GUARDED_BY(mutex_);
  bool stopping_ DAYBOOK_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

template <class T>
kj::Promise<Result<T>> ReaderPool::run(net::Loop& loop, std::move_only_function<Result<T>()> read) {
  // Goes to the pool and comes back; the fulfiller is touched, and destroyed, on the loop's thread alone.
  struct Trip {
    std::optional<Result<T>> result{};
    kj::Own<kj::PromiseFulfiller<Result<T>>> fulfiller;
  };
  auto pair = kj::newPromiseAndFulfiller<Result<T>>();
  auto dropped = std::make_shared<std::atomic<bool>>(false);
  auto trip = std::make_unique<Trip>();
  trip->fulfiller = kj::mv(pair.fulfiller);
  const bool taken = push([&loop, dropped, read = std::move(read), trip = std::move(trip)](bool run) mutable {
    if (run && !dropped->load(std::memory_order_acquire)) {
      trip->result.emplace(read());
    } else {
      trip->result.emplace(fail(Code::closed, "the server is stopping"));
    }
    read = nullptr;
    loop.post([trip = std::move(trip)] { trip->fulfiller->fulfill(std::move(*trip->result)); });
  });
  if (!taken) return Result<T>(fail(Code::busy, "too many reads wait on the server; try again later"));
  return pair.promise.attach(kj::defer([dropped] { dropped->store(true, std::memory_order_release); }));
}

}  // namespace daybook::server
