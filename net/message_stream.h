// Cap'n Proto's messages on a stream of bytes: what a peer claims is checked before anything is allocated for it.
// Framing is Cap'n Proto's own (https://capnproto.org/encoding.html#serialization-over-a-stream), so that any client of
// that protocol can talk to it.
//
// Threads: its loop's. Owns: the stream of bytes; a buffer of kIdleBufferBytes, kBusyBufferBytes while much comes; the
// memory of a large message that went, for the next one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <capnp/serialize-async.h>
#include <kj/async-io.h>
#include <kj/vector.h>

#include "daybook/clock.h"
#include "net/kj_interface.h"

namespace daybook::net {

/// What a quiet connection costs in buffers.
inline constexpr std::size_t kIdleBufferBytes = std::size_t{4} << 10;

/// One system call reads up to as much; messages of that size and more are read where they will lie.
inline constexpr std::size_t kBusyBufferBytes = std::size_t{64} << 10;

/// Segments of a message that is taken. Our own have one to three.
inline constexpr std::size_t kSegmentsMax = 64;

/// A reader may walk through so many times a message's own words (and kWalkWordsMin at least): readers of ours walk a
/// message a few times, and one of a few words cannot be made to look like millions.
inline constexpr std::uint64_t kWalkFactor = 16;
/// See kWalkFactor.
inline constexpr std::uint64_t kWalkWordsMin = 4096;

/// Where the reading side stands.
struct Reading {
  bool inside = false;                            ///< Some of a message has come, not all of it.
  std::chrono::steady_clock::time_point since{};  ///< Since when: its first byte.
};

DAYBOOK_KJ_INTERFACE_BEGIN
/// Messages in, messages out. One read and one write at a time.
class MessageStream final : public capnp::MessageStream {
 public:
  /// `clock` is for reading(), and outlives this. `window_bytes` is what an RPC takes as the window of streaming calls;
  /// `spare_bytes` what may be kept of large messages.
  MessageStream(kj::Own<kj::AsyncIoStream> stream, const Clock& clock, std::size_t message_bytes_max,
                std::size_t window_bytes, std::size_t spare_bytes = 0);
  ~MessageStream();

  /// A message that claims more is refused; takes effect with the next one.
  void set_message_bytes_max(std::size_t bytes) { message_bytes_max_ = bytes; }

  /// For limits in time, by whoever has a timer.
  [[nodiscard]] const Reading& reading() const { return reading_; }

  /// The bytes below.
  [[nodiscard]] kj::AsyncIoStream& bytes() { return *stream_; }

  /// The next message if all of it has been read already; else null, also for one that tryReadMessage() would refuse.
  [[nodiscard]] kj::Maybe<capnp::MessageReaderAndFds> take_held(const capnp::ReaderOptions& options);

  using capnp::MessageStream::tryReadMessage;
  using capnp::MessageStream::writeMessage;
  using capnp::MessageStream::writeMessages;

  /// Null at the end of the stream between two messages. Broken: DISCONNECTED inside of one; FAILED for a claim beyond
  /// the limits, which it names. File descriptors are not taken; `scratch` is not used, nor is the traversal limit of
  /// `options`: it follows from the message's size.
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> fds,
                                                                    capnp::ReaderOptions options,
                                                                    kj::ArrayPtr<capnp::word> scratch) override;
  /// The segments stay the caller's, unchanged, until the promise is done or dropped.
  kj::Promise<void> writeMessage(kj::ArrayPtr<const int> fds,
                                 kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override;
  /// All in as few system calls as the kernel takes them in, nothing copied. As writeMessage().
  kj::Promise<void> writeMessages(kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override;

  /// The window of streaming calls: what the RPC takes it from.
  kj::Maybe<int> getSendBufferSize() override { return static_cast<int>(window_bytes_); }

  /// Tells the other side that no more comes.
  kj::Promise<void> end() override;

 private:
  struct Frame;
  class Arrived;
  class Spare;

  /// Done when the buffer holds `bytes`, at most kIdleBufferBytes; false where the stream ended first.
  kj::Promise<bool> buffered(std::size_t bytes);
  /// Moves what is held to the front of a buffer of the size that fits what comes.
  void make_room();
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> read_frame(capnp::ReaderOptions options);
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> read_body(const Frame& frame, capnp::ReaderOptions options);
  [[nodiscard]] kj::Maybe<kj::Exception> parse_table(Frame& frame) const;
  [[nodiscard]] kj::Array<capnp::word> words_for(const Frame& frame);
  [[nodiscard]] kj::Own<capnp::MessageReader> arrived(const Frame& frame, kj::Array<capnp::word> words,
                                                      capnp::ReaderOptions options);
  void add_message(kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments);
  [[nodiscard]] std::size_t held() const { return end_ - begin_; }
  [[nodiscard]] std::uint32_t word32(std::size_t number) const;

  kj::Own<kj::AsyncIoStream> stream_;
  const Clock& clock_;
  std::size_t message_bytes_max_;
  std::size_t window_bytes_;
  Reading reading_;

  kj::Own<Spare> spare_;
  kj::Array<kj::byte> buffer_;
  std::size_t begin_ = 0;      ///< Of what was read and not yet taken, in `buffer_`.
  std::size_t end_ = 0;        ///< Its end.
  std::size_t read_last_ = 0;  ///< What the buffer held after the last read: what its size follows.

  kj::Vector<std::uint32_t> tables_;                 ///< Of the messages being written.
  kj::Vector<kj::ArrayPtr<const kj::byte>> pieces_;  ///< Their tables and segments.
};
DAYBOOK_KJ_INTERFACE_END

}  // namespace daybook::net
