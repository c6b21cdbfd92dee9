// KJ says when it has something to do (setRunnable); then Asio is asked for a turn of it, behind what Asio already has
// to do. So neither starves the other: a turn runs at most kTurnsMax promises and asks again.
#include "net/loop.h"

#include <kj/debug.h>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/kj_interface.h"

namespace daybook::net {
namespace {

/// Promises a turn. Some hundred microseconds; sockets wait no longer than that for promises that make promises.
constexpr unsigned kTurnsMax = 4096;

}  // namespace

DAYBOOK_KJ_INTERFACE_BEGIN
/// What KJ tells that it has something to do.
class Loop::Port final : public kj::EventPort {
 public:
  explicit Port(Loop& loop) : loop_(loop) {}

  bool wait() override { KJ_FAIL_REQUIRE("Promise::wait() on a thread whose loop is Asio's"); }
  bool poll() override { return false; }

  void setRunnable(bool runnable) override {
    if (runnable && !asked_ && !ended_) ask();
  }

  /// Runs what is due; at most a turn of it.
  void turn() { loop_.events_.run(kTurnsMax); }

  /// From now on Asio is asked for nothing: it is about to go.
  void end() { ended_ = true; }

 private:
  void ask() {
    asked_ = true;
    boost::asio::post(loop_.context_, [this] {
      asked_ = false;
      turn();
      // KJ tells only of changes: one that had something to do before and has still is not told again.
      if (loop_.events_.isRunnable() && !asked_) ask();
    });
  }

  Loop& loop_;
  bool asked_ = false;
  bool ended_ = false;
};
DAYBOOK_KJ_INTERFACE_END

Loop::Loop(const Clock& clock)
    : clock_(clock), port_(std::make_unique<Port>(*this)), events_(*port_), scope_(events_) {}

Loop::~Loop() {
  // What is pending may hold sockets and promises, so it goes while both event loops are there; and it may post.
  port_->end();
  at_end_.clear();
  for (;;) {
    {
      const Lock lock(mutex_);
      running_.swap(posted_);
    }
    if (running_.empty()) break;
    running_.clear();
  }
}

void Loop::run() {
  {
    const auto stay = boost::asio::make_work_guard(context_);
    context_.run();
  }
  while (!at_end_.empty()) {
    Work work = std::move(at_end_.back());
    at_end_.pop_back();
    work();
  }
  port_->turn();  // of those that were told of an end just now
}

void Loop::stop() {
  context_.stop();
}

void Loop::post(Work work) {
  bool tell = false;
  {
    const Lock lock(mutex_);
    posted_.push_back(std::move(work));
    tell = !std::exchange(told_, true);
  }
  if (tell) boost::asio::post(context_, [this] { run_posted(); });
}

void Loop::run_posted() {
  {
    const Lock lock(mutex_);
    running_.swap(posted_);
    told_ = false;
  }
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
