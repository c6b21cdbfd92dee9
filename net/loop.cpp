// KJ says when it has something to do (setRunnable); then Asio is asked for a turn of it, behind what Asio already has
// to do. So neither starves the other: a turn runs at most kTurnsMax promises and asks again.
#include "net/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace daybook::net {
namespace {

/// Promises a turn. Some hundred microseconds; sockets wait no longer than that for promises that make promises.
constexpr unsigned kTurnsMax = 4096;

}  // namespace

class Loop::Port final : public kj::EventPort {
 public:
  explicit Port(Loop& loop) : loop_(loop) {}

  bool wait() override { KJ_FAIL_REQUIRE("Promise::wait() on a thread whose loop is Asio's"); }
  bool poll() override { return false; }

  void setRunnable(bool runnable) override {
    if (runnable && !asked_) ask();
  }

 private:
  void ask() {
    asked_ = true;
    boost::asio::post(loop_.context_, [this] {
      asked_ = false;
      loop_.events_.run(kTurnsMax);
      // KJ tells only of changes: one that had something to do before and has still is not told again.
      if (loop_.events_.isRunnable() && !asked_) ask();
    });
  }

  Loop& loop_;
  bool asked_ = false;
};

Loop::Loop() : port_(std::make_unique<Port>(*this)), events_(*port_), scope_(events_) {}

Loop::~Loop() = default;

void Loop::run() {
  const auto stay = boost::asio::make_work_guard(context_);
  context_.run();
}

void Loop::stop() {
  context_.stop();
}

void Loop::post(std::move_only_function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

kj::Promise<void> Loop::after(std::chrono::nanoseconds wait) {
  auto [promise, fulfiller] = kj::newPromiseAndFulfiller<void>();
  auto timer = kj::heap<boost::asio::steady_timer>(context_, wait);
  timer->async_wait([fulfiller = kj::mv(fulfiller)](const boost::system::error_code& error) mutable {
    if (!error) fulfiller->fulfill();
  });
  return promise.attach(kj::mv(timer));
}

}  // namespace daybook::net
