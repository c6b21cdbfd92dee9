// Between two turns of promises Asio gets to do what is due of its own, and where there is no promise to run, it waits.
// So neither starves the other: a turn runs at most kTurnsMax promises.
#include "net/loop.h"

#include <kj/debug.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/kj_interface.h"

namespace daybook::net {
namespace {

/// Promises a turn. Some hundred microseconds; sockets wait no longer than that for promises that make promises.
constexpr unsigned kTurnsMax = 4096;

thread_local const Loop* running_here = nullptr;

}  // namespace

DAYBOOK_KJ_INTERFACE_BEGIN
/// What KJ tells that it has something to do. The loop asks instead.
class Loop::Port final : public kj::EventPort {
 public:
  bool wait() override { KJ_FAIL_REQUIRE("Promise::wait() on a thread whose loop is Asio's"); }
  bool poll() override { return false; }
};
DAYBOOK_KJ_INTERFACE_END

Loop::Loop(const Clock& clock) : clock_(clock), port_(std::make_unique<Port>()), events_(*port_) {
  enter();
  waker_.start([this] { woken(); });
}

Loop::~Loop() {
  running_here = nullptr;
  // What is pending may hold sockets and promises, so it goes while both event loops are there; and it may post.
  at_end_.clear();
  for (;;) {
    {
      const Lock lock(mutex_);
      running_.swap(posted_);
    }
    if (running_.empty()) break;
    running_.clear();
  }
  context_.drop_pending();  // that may reject promises, which KJ's loop must see
}

void Loop::run() {
  while (step()) {
    if (call_ && lends()) lend();
  }
  while (!at_end_.empty()) {
    Work work = std::move(at_end_.back());
    at_end_.pop_back();
    work();
  }
  events_.run(kTurnsMax);  // those that were told of an end just now
}

/// Does what is due, or waits for something to do. False: it was stopped.
bool Loop::step() {
  if (events_.isRunnable()) {
    context_.poll_one();
  } else {
    context_.run_one();
  }
  if (context_.stopped()) return false;
  events_.run(kTurnsMax);
  return true;
}

void Loop::stop() {
  context_.stop();
  const Lock lock(mutex_);
  wanted_ = true;
  returned_.notify_one();
}

void Loop::put(Work work, bool call) {
  Runner runner{};
  {
    const Lock lock(mutex_);
    posted_call_ = call && posted_.empty();
    posted_.push_back(std::move(work));
    if (std::exchange(told_, true)) return;
    runner = who_;
  }
  tell(runner);
}

/// This thread runs the loop from now on. KJ throws where the thread has another one.
void Loop::enter() {
  scope_.emplace(events_);
  running_here = this;
}

void Loop::leave() {
  running_here = nullptr;
  scope_.reset();
}

bool Loop::runs_here() const {
  return running_here == this;
}

bool Loop::runs_any_here() {
  return running_here != nullptr;
}

/// That something was posted.
void Loop::tell(Runner runner) {
  if (runner == Runner::own_thread && runs_here()) {
    boost::asio::post(context_, [this] { run_posted(); });
    return;
  }
  if (runner == Runner::borrower) back_.store(true, std::memory_order_relaxed);
  if (runner != Runner::nobody) waker_.wake();
  if (runner == Runner::own_thread) return;
  const Lock lock(mutex_);
  wanted_ = true;
  returned_.notify_one();
}

void Loop::woken() {
  if (!borrowed_) run_posted();
}

void Loop::run_posted() {
  bool call = false;
  {
    const Lock lock(mutex_);
    running_.swap(posted_);
    told_ = false;
    call = std::exchange(posted_call_, false);
  }
  if (running_.empty()) return;
  if (quiet_) note_calls(call);
  for (Work& work : running_) {
    work();
    work = nullptr;  // what it holds goes now, not with the last of them
  }
  running_.clear();
}

void Loop::before_end(Work work) {
  at_end_.push_back(std::move(work));
}

kj::Promise<void> Loop::after(std::chrono::nanoseconds wait) {
  auto pair = kj::newPromiseAndFulfiller<void>();
  auto timer = kj::heap<boost::asio::steady_timer>(context_, wait);
  timer->async_wait([fulfiller = kj::mv(pair.fulfiller)](const boost::system::error_code& error) mutable {
    if (!error) fulfiller->fulfill();
  });
  return pair.promise.attach(kj::mv(timer));
}

}  // namespace daybook::net
