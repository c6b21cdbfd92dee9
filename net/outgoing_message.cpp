// Cap'n Proto lets a message refer to bytes outside of it, but has no place for who owns them. Which message a builder
// belongs to cannot be asked either; but the message that was just made to refer to some bytes is the one, of those
// that are being built, that refers to them without having their owner.
#include "net/outgoing_message.h"

#include <algorithm>

#include "net/wire.h"

namespace daybook::net {
namespace {

thread_local OutgoingMessage* newest_unsent = nullptr;

}  // namespace

OutgoingMessage::OutgoingMessage(Wire& wire, unsigned words)
    : wire_(wire), first_words_(words == 0 ? kFirstWords : words), message_(first_words_), older_(newest_unsent) {
  if (older_ != nullptr) older_->newer_ = this;
  newest_unsent = this;
}

OutgoingMessage::~OutgoingMessage() noexcept(false) {
  leave_unsent();
}

void OutgoingMessage::leave_unsent() {
  if (!std::exchange(unsent_, false)) return;
  if (older_ != nullptr) older_->newer_ = newer_;
  (newer_ != nullptr ? newer_->older_ : newest_unsent) = older_;
}

void OutgoingMessage::send() {
  leave_unsent();
  wire_.enqueue(kj::addRef(*this));
}

bool OutgoingMessage::lacks_owner(const void* bytes) {
  const auto all = segments();
  const auto references = std::count_if(all.begin(), all.end(), [bytes](const auto& segment) {
    return static_cast<const void*>(segment.begin()) == bytes;
  });
  const auto owners = std::ranges::count(kept_, bytes, &decltype(kept_)::value_type::first);
  return references > owners;
}

bool OutgoingMessage::none_unsent() {
  return newest_unsent == nullptr;
}

OutgoingMessage* OutgoingMessage::that_lacks_owner(const void* bytes) {
  OutgoingMessage* message = newest_unsent;
  for (int i = 0; i < kLookedAtMax && message != nullptr; ++i, message = message->older_) {
    if (message->lacks_owner(bytes)) return message;
  }
  return nullptr;
}

}  // namespace daybook::net
