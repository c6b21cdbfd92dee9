// Cross-thread promises of KJ cost a wake-up each, and a group of appends ends with as many answers as it has commits.
#include "server/answer_box.h"

#include <utility>

namespace daybook::server {

void AnswerBox::put(Answer answer) {
  const Lock lock(mutex_);
  if (loop_ == nullptr) return;
  answers_.push_back(std::move(answer));
  if (std::exchange(told_, true)) return;
  // Under the lock: close() waits for it, and the loop lives until then.
  loop_->post([box = shared_from_this()] { box->fetch(); });
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
  const Lock lock(mutex_);
  loop_ = nullptr;
  answers_.clear();
}

}  // namespace daybook::server
