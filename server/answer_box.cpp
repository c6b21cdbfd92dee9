// Cross-thread promises of KJ cost a wake-up each, and a group of appends ends with as many answers as it has commits.
#include "server/answer_box.h"

#include <utility>

namespace daybook::server {

void AnswerBox::put(Answer answer) {
  net::Loop* loop = nullptr;
  {
    const Lock lock(mutex_);
    if (loop_ == nullptr) return;
    answers_.push_back(std::move(answer));
    if (std::exchange(told_, true)) return;
    loop = loop_;
    telling_.fetch_add(1, std::memory_order_relaxed);  // close() waits for it, and the loop lives until then
  }
  // Not under the lock, which the thread that is woken wants first.
  loop->post([box = shared_from_this()] { box->fetch(); });
  if (telling_.fetch_sub(1, std::memory_order_acq_rel) == 1) telling_.notify_all();
}

void AnswerBox::fetch() {
  {
    const Lock lock(mutex_);
    if (loop_ == nullptr) return;
  }
  fetch_();  // close() is called on this thread only
}

std::vector<Answer> AnswerBox::take() {
  std::vector<Answer> taken;
  const Lock lock(mutex_);
  taken.swap(answers_);
  told_ = false;
  return taken;
}

void AnswerBox::close() {
  {
    const Lock lock(mutex_);
    loop_ = nullptr;
    answers_.clear();
  }
  for (auto telling = telling_.load(); telling > 0; telling = telling_.load()) telling_.wait(telling);
}

}  // namespace daybook::server
