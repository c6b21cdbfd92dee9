// The loop lives on its thread's stack, since KJ's event loop belongs to the thread that makes it. It stays there after
// it was stopped until the owner says that nobody posts any more.
#include "net/loop_thread.h"

#include <utility>

#include "base/thread_name.h"

namespace daybook::net {

LoopThread::LoopThread(std::string name, const Clock& clock)
    : thread_([this, name = std::move(name), &clock] { run(name, clock); }) {
  ready_.wait();
}

LoopThread::~LoopThread() {
  loop_->stop();
  leave_.count_down();
  thread_.join();
}

void LoopThread::run(const std::string& name, const Clock& clock) {
  name_this_thread(name.c_str());
  Loop loop(clock);
  loop_ = &loop;
  ready_.count_down();
  loop.run();
  leave_.wait();
}

}  // namespace daybook::net
