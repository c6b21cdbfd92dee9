// The messages of one RPC connection between a MessageStream and Cap'n Proto's RPC, which asks for them as a "network"
// of two. What is sent together goes out with one system call, uncopied; the gates stand where messages come in.
//
// It takes the place of capnp::TwoPartyVatNetwork, which writes message by message, has no gates, and has no way to
// keep bytes alive that a message only refers to.
//
// Threads: its loop's. Owns: the messages on their way; refers to the stream.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <capnp/rpc-twoparty.h>
#include <kj/refcount.h>

#include "net/kj_interface.h"
#include "net/ledger.h"
#include "net/limits.h"
#include "net/message_stream.h"

namespace daybook::net {

class OutgoingMessage;

/// What went over a connection so far, and what waits.
struct WireStatistics {
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;   ///< Written to the socket.
  std::uint64_t writes = 0;          ///< Batches that they went in.
  std::size_t queued_bytes = 0;      ///< Not yet written.
  std::size_t calls_in_flight = 0;   ///< Of the peer's, without an answer.
  std::size_t unfinished_calls = 0;  ///< Of the peer's, whose answer it has not let go of.
  std::size_t exports = 0;           ///< Capabilities of ours that the peer holds.
};

DAYBOOK_KJ_INTERFACE_BEGIN
/// One peer, as the RPC's network.
class Wire final : public capnp::TwoPartyVatNetworkBase,
                   private capnp::TwoPartyVatNetworkBase::Connection,
                   private capnp::RpcFlowController::WindowGetter {
 public:
  /// `stream` outlives this. `ending` is called once, when reason() is there; `over` when the RPC has let go of the
  /// connection: nothing more will be sent.
  Wire(MessageStream& stream, capnp::rpc::twoparty::Side side, const ConnectionLimits& limits,
       std::function<void()> ending, std::function<void()> over);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Ends the connection: the RPC reads this instead of a message, tells the peer why, and lets go. Only the first
  /// counts.
  void fail(kj::Exception why);

  /// Why the connection ended, once it has: as told to fail(), as the stream said, or as one side told the other.
  [[nodiscard]] const std::optional<kj::Exception>& reason() const { return reason_; }

  /// Whether the stream is being read, so that its end would be seen: not while a gate is shut.
  [[nodiscard]] bool reads() const { return reads_; }

  /// The figures now.
  [[nodiscard]] WireStatistics statistics() const;

  kj::Maybe<kj::Own<capnp::TwoPartyVatNetworkBase::Connection>> connect(
      capnp::rpc::twoparty::VatId::Reader whom) override;
  kj::Promise<kj::Own<capnp::TwoPartyVatNetworkBase::Connection>> accept() override;

 private:
  friend class OutgoingMessage;
  class LetGo;

  kj::Own<capnp::RpcFlowController> newStream() override;
  capnp::rpc::twoparty::VatId::Reader getPeerVatId() override;
  kj::Own<capnp::OutgoingRpcMessage> newOutgoingMessage(unsigned words) override;
  kj::Promise<kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>> receiveIncomingMessage() override;
  kj::Promise<void> shutdown() override;
  std::size_t getWindow() override { return limits_.window_bytes; }

  /// Takes a message to be sent.
  void enqueue(kj::Own<OutgoingMessage> message);
  /// Writes what waits, and what comes meanwhile.
  kj::Promise<void> write_all();
  void take_batch();
  void drop_batch();
  void tell_flushed();
  void break_off(kj::Exception why);
  [[nodiscard]] kj::Promise<void> admitted();
  [[nodiscard]] bool admits() const;
  void open_gate();
  kj::Promise<kj::Maybe<kj::Own<capnp::IncomingRpcMessage>>> take_in(kj::Maybe<capnp::MessageReaderAndFds> message);
  void note(const kj::Exception& why);
  [[nodiscard]] static kj::Exception aborted(const char* whose, capnp::rpc::Exception::Reader why);

  MessageStream& stream_;
  capnp::rpc::twoparty::Side side_;
  ConnectionLimits limits_;
  std::function<void()> ending_;
  std::function<void()> over_;
  std::unique_ptr<LetGo> let_go_;
  capnp::MallocMessageBuilder peer_id_;
  Ledger ledger_;
  WireStatistics statistics_;
  std::optional<kj::Exception> reason_;
  bool connected_ = false;  ///< The RPC has the connection, or had it.
  bool reads_ = false;      ///< See reads().
  bool failed_ = false;     ///< Nothing more is read.
  bool broken_ = false;     ///< Nothing more can be written.

  std::deque<kj::Own<OutgoingMessage>> queue_;
  kj::Vector<kj::Own<OutgoingMessage>> batch_;  ///< Being written.
  kj::Vector<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> batch_segments_;
  bool writing_ = false;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> held_back_;  ///< The reader's, while a gate is shut.
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> flushed_;    ///< shutdown()'s, while something waits.
  kj::Canceler reading_;
  kj::Promise<void> write_ = nullptr;
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::net
