// Cap'n Proto's messages on a stream of bytes, with limits: what a peer claims is checked before anything is allocated
// for it, and a peer that does not take what it asked for is not read from. Framing is Cap'n Proto's own
// (https://capnproto.org/encoding.html#serialization-over-a-stream), so that any client of that protocol can talk to
// it.
//
// Threads: its loop's. Owns: the stream of bytes; a buffer of kReadBufferBytes.
#pragma once

#include <capnp/serialize-async.h>
#include <kj/async-io.h>
#include <chrono>
#include <cstddef>
#include <functional>

namespace daybook::net {

/// One system call reads up to as much; messages of that size and more are read where they will lie.
inline constexpr std::size_t kReadBufferBytes = std::size_t{64} << 10;

/// Segments of a message that is taken. Our own have one to three.
inline constexpr std::size_t kSegmentsMax = 64;

struct MessageLimits {
  std::size_t message_bytes_max = std::size_t{64} << 10;  ///< A message above it breaks the connection.
  std::size_t queued_bytes_max = std::size_t{8} << 20;    ///< While more waits to be sent, nothing is read.
  std::size_t window_bytes = std::size_t{256} << 10;      ///< Of a streaming call, on its way without an answer.
};

/// Where the reading side stands.
struct Reading {
  bool inside = false;                            ///< Some of a message has come, not all of it.
  std::chrono::steady_clock::time_point since{};  ///< Since when: its first byte; otherwise the end of the one before.
};

class MessageStream final : public capnp::MessageStream {
 public:
  MessageStream(kj::Own<kj::AsyncIoStream> stream, const MessageLimits& limits);

  /// Takes effect with the next message.
  void set_message_bytes_max(std::size_t bytes) { limits_.message_bytes_max = bytes; }

  /// `queued` tells the bytes that wait to be sent: those of the RPC's own queue, in front of this stream.
  void watch_queue(std::function<std::size_t()> queued) { queued_ = std::move(queued); }

  [[nodiscard]] const Reading& reading() const { return reading_; }

  using capnp::MessageStream::tryReadMessage;
  using capnp::MessageStream::writeMessage;
  using capnp::MessageStream::writeMessages;

  /// Null at the end of the stream between two messages. Broken: DISCONNECTED inside of one; FAILED for a claim beyond
  /// the limits, which it names. File descriptors are not taken; `scratch` is not used.
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> fds,
                                                                    capnp::ReaderOptions options,
                                                                    kj::ArrayPtr<capnp::word> scratch) override;
  kj::Promise<void> writeMessage(kj::ArrayPtr<const int> fds,
                                 kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override;
  kj::Promise<void> writeMessages(kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override;

  /// The window of streaming calls: what the RPC takes it from.
  kj::Maybe<int> getSendBufferSize() override { return static_cast<int>(limits_.window_bytes); }

  kj::Promise<void> end() override;

 private:
  struct Frame;

  /// Done when as little waits to be sent that the peer may ask for more.
  kj::Promise<void> admitted();
  kj::Promise<void> release_when_sent();

  /// Done when the buffer holds `bytes`, which it has room for; false where the stream ended first.
  kj::Promise<bool> buffered(std::size_t bytes);
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> read_frame(capnp::ReaderOptions options);
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> read_body(Frame frame, capnp::ReaderOptions options);
  [[nodiscard]] Frame parse_table(std::size_t segments) const;
  [[nodiscard]] std::size_t held() const { return end_ - begin_; }
  [[nodiscard]] std::uint32_t word32(std::size_t number) const;

  kj::Own<kj::AsyncIoStream> stream_;
  MessageLimits limits_;
  std::function<std::size_t()> queued_;
  Reading reading_;
  kj::Maybe<kj::Own<kj::PromiseFulfiller<void>>> held_back_;  ///< The reader's, while too much waits to be sent.

  kj::Array<kj::byte> buffer_;
  std::size_t begin_ = 0;  ///< Of what was read and not yet taken, in `buffer_`.
  std::size_t end_ = 0;
};

}  // namespace daybook::net
