// A blocking call costs two wake-ups more than it must: its thread wakes the loop's, which sends, and is woken by it
// when the answer came. A wake-up is some 20 us here, most of what a call over loopback takes. So while blocking calls
// come one at a time, whoever calls runs the loop meanwhile: the loop's own thread steps aside when calls in a row have
// found it quiet, sleeps as long as it is borrowed now and then, and comes back as soon as anybody posts anything else.
#include <kj/exception.h>
#include <boost/asio/post.hpp>

#include "net/loop.h"

namespace daybook::net {
namespace {

/// Calls in a row that had the loop to themselves, before it is lent.
constexpr unsigned kCallsMin = 3;
/// A loop that nobody borrowed for so long goes back to its own thread.
constexpr std::chrono::milliseconds kUnusedMax{50};

}  // namespace

/// What was posted is about to run. `call`: it is one call.
void Loop::note_calls(bool call) {
  call_ = call && !call_ && quiet_();
  if (!call_) calls_ = 0;
}

/// Whether the call that is on its way is done, and was the last one that it takes.
bool Loop::lends() {
  if (!quiet_()) return false;
  call_ = false;
  return ++calls_ >= kCallsMin;
}

/// Returns when the loop is back.
void Loop::lend() {
  Lock lock(mutex_);
  if (told_) return;
  leave();
  who_ = Runner::nobody;
  wait_for_return(lock);
  who_ = Runner::own_thread;
  if (std::exchange(wanted_, false)) calls_ = 0;
  back_.store(false, std::memory_order_relaxed);
  enter();
  if (told_) boost::asio::post(context_, [this] { run_posted(); });
}

void Loop::wait_for_return(Lock& lock) {
  while (!wanted_) {
    used_ = false;
    const auto until = Clock::system().steady_now() + kUnusedMax;
    while (!wanted_ && returned_.wait_until(lock, until)) {
    }
    if (!used_ && who_ == Runner::nobody) return;
  }
  while (who_ == Runner::borrower) returned_.wait(lock);
}

bool Loop::take_over() {
  if (!quiet_ || runs_any_here()) return false;
  const Lock lock(mutex_);
  if (who_ != Runner::nobody || wanted_ || told_) return false;
  try {
    enter();
  } catch (const kj::Exception&) {
    return false;  // the thread has a KJ loop of its own
  }
  who_ = Runner::borrower;
  used_ = true;
  borrowed_ = true;
  return true;
}

/// Does one thing, or waits for one to do. False: the loop's own thread wants it.
bool Loop::borrowed_step() {
  if (back_.load(std::memory_order_relaxed)) return false;
  if (!events_.isRunnable()) return context_.run_one() > 0;
  events_.run(1);  // what is left when the answer is there, the next call takes along
  return true;
}

void Loop::give_back() {
  const bool quiet = quiet_();
  borrowed_ = false;
  const Lock lock(mutex_);
  leave();
  who_ = Runner::nobody;
  if (!quiet) wanted_ = true;
  if (wanted_) returned_.notify_one();
}

}  // namespace daybook::net
