// A message that the RPC builds and sends over a Wire, with what keeps alive the bytes that it only refers to.
//
// Threads: its wire's loop. Owns: the message, and a share of the owners of bytes outside of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <capnp/message.h>
#include <capnp/rpc.h>
#include <kj/refcount.h>

#include "net/kj_interface.h"

namespace daybook::net {

class Wire;

DAYBOOK_KJ_INTERFACE_BEGIN
/// Made by the wire for the RPC. The RPC drops it after it has sent it; the wire keeps it until it is written.
class OutgoingMessage final : public capnp::OutgoingRpcMessage, public kj::Refcounted {
 public:
  /// `words` is the RPC's guess of the size; 0 for none. `wire` outlives the time in which send() may be called.
  OutgoingMessage(Wire& wire, unsigned words);
  ~OutgoingMessage() noexcept(false);
  KJ_DISALLOW_COPY(OutgoingMessage);

  capnp::AnyPointer::Builder getBody() override { return message_.getRoot<capnp::AnyPointer>(); }
  std::size_t sizeInWords() override { return message_.sizeInWords(); }
  void send() override;

  /// What is written.
  [[nodiscard]] kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments() {
    return message_.getSegmentsForOutput();
  }

  /// Fixes bytes(): once, when it is sent.
  void count_bytes() {
    bytes_ = sizeof *this + std::max<std::size_t>(sizeInWords(), first_words_) * sizeof(capnp::word);
  }
  /// What it counts in the queue: the memory that it takes, which of a small one is more than what is written of it.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Keeps `owner` until this is written or dropped: of the bytes at `bytes`, which a segment of this refers to.
  void keep(const void* bytes, std::shared_ptr<const void> owner) { kept_.emplace_back(bytes, std::move(owner)); }

  /// The message of this thread, not yet sent, that refers to the bytes at `bytes` once more often than it keeps owners
  /// of them: the one that was just made to refer to them. Null where it is none of the last made kLookedAtMax.
  [[nodiscard]] static OutgoingMessage* that_lacks_owner(const void* bytes);
  /// Whether this thread has none that is not sent: they may not be sent from another one.
  [[nodiscard]] static bool none_unsent();

 private:
  /// Of a message whose size nobody guesses: most answers fit. It grows by doubling.
  static constexpr unsigned kFirstWords = 128;
  /// Unsent messages that are looked at: there is one that is being built, and seldom a few that wait for something.
  static constexpr int kLookedAtMax = 64;

  [[nodiscard]] bool lacks_owner(const void* bytes);
  void leave_unsent();

  Wire& wire_;
  const unsigned first_words_;
  capnp::MallocMessageBuilder message_;
  std::vector<std::pair<const void*, std::shared_ptr<const void>>> kept_;
  OutgoingMessage* older_ = nullptr;  ///< Among this thread's unsent ones.
  OutgoingMessage* newer_ = nullptr;  ///< Likewise.
  bool unsent_ = true;
  std::size_t bytes_ = 0;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::net
