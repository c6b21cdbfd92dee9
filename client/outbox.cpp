// Room is given by what has no answer, sent or not: what was sent is kept too, to be sent again. One commit larger than
// the whole bound still goes, alone.
#include "client/outbox.h"

#include <utility>

namespace daybook::client {

bool Outbox::has_room(std::size_t words) const {
  return commits_ < commits_max_ && (commits_ == 0 || 8 * (words_ + words) <= bytes_max_);
}

Result<bool> Outbox::push(std::unique_ptr<Outgoing> outgoing, bool wait) {
  Lock lock(mutex_);
  while (!closed_ && !has_room(outgoing->words)) {
    if (!wait) {
      return fail(Code::busy, std::to_string(commits_) + " appends wait for an answer; that is all that may",
                  Outcome::not_appended);
    }
    if (!room_.wait_until(lock, outgoing->deadline) && !has_room(outgoing->words) && !closed_) {
      return fail(Code::timeout, "the queue of appends stayed full until the deadline", Outcome::not_appended);
    }
  }
  if (closed_) return fail(Code::closed, "the log is closed", Outcome::not_appended);
  ++commits_;
  words_ += outgoing->words;
  outgoing->order = order_++;
  came_.push_back(std::move(outgoing));
  return !std::exchange(told_, true);
}

OutgoingList Outbox::fetch() {
  const Lock lock(mutex_);
  told_ = false;
  return std::exchange(came_, {});
}

void Outbox::give_room(std::size_t commits, std::size_t words) {
  const Lock lock(mutex_);
  commits_ -= commits;
  words_ -= words;
  room_.notify_all();
}

void Outbox::close() {
  const Lock lock(mutex_);
  closed_ = true;
  room_.notify_all();
}

}  // namespace daybook::client
