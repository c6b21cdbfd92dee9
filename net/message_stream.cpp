// A reader takes as many bytes as there are with one call; of those the messages are cut. Small calls that come
// together so cost one system call together. A message is copied out of the buffer into words of its own: it lives as
// long as its call.
#include "net/message_stream.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/debug.h>
#include <algorithm>
#include <array>
#include <cstring>

namespace daybook::net {
namespace {

constexpr std::size_t kWordBytes = sizeof(capnp::word);

}  // namespace

/// What a message's table of segments says.
struct MessageStream::Frame {
  std::array<std::uint32_t, kSegmentsMax> words{};  ///< Of each segment.
  std::size_t segments = 0;
  std::size_t table_bytes = 0;
  std::size_t words_total = 0;
};

MessageStream::MessageStream(kj::Own<kj::AsyncIoStream> stream, const MessageLimits& limits)
    : stream_(kj::mv(stream)),
      limits_(limits),
      reading_{.inside = false, .since = std::chrono::steady_clock::now()},
      buffer_(kj::heapArray<kj::byte>(kReadBufferBytes)) {}

kj::Promise<void> MessageStream::admitted() {
  if (!queued_ || queued_() <= limits_.queued_bytes_max) return kj::READY_NOW;
  auto [promise, fulfiller] = kj::newPromiseAndFulfiller<void>();
  held_back_ = kj::mv(fulfiller);
  return promise.then([this] { return admitted(); });
}

/// The RPC takes a message off its queue some turns after the write is done: so what waits is asked last of all.
kj::Promise<void> MessageStream::release_when_sent() {
  if (held_back_ == nullptr) return kj::READY_NOW;
  return kj::evalLast([this] {
    KJ_IF_MAYBE (fulfiller, held_back_) {
      const auto go_on = kj::mv(*fulfiller);
      held_back_ = nullptr;
      go_on->fulfill();
    }
  });
}

std::uint32_t MessageStream::word32(std::size_t number) const {
  std::uint32_t little = 0;  // the framing is little-endian, as this machine is (base/bytes.h asserts it)
  std::memcpy(&little, buffer_.begin() + begin_ + number * sizeof little, sizeof little);
  return little;
}

kj::Promise<bool> MessageStream::buffered(std::size_t bytes) {
  if (held() >= bytes) return true;
  if (begin_ > 0) {
    std::memmove(buffer_.begin(), buffer_.begin() + begin_, held());
    end_ = held();
    begin_ = 0;
  }
  return stream_->tryRead(buffer_.begin() + end_, 1, buffer_.size() - end_)
      .then([this, bytes](std::size_t got) -> kj::Promise<bool> {
        if (got == 0) return false;
        end_ += got;
        return buffered(bytes);
      });
}

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> MessageStream::tryReadMessage(
    kj::ArrayPtr<kj::AutoCloseFd> /*fds*/, capnp::ReaderOptions options, kj::ArrayPtr<capnp::word> /*scratch*/) {
  return admitted()
      .then([this] { return buffered(1); })
      .then([this, options](bool more) -> kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> {
        if (!more) return kj::Maybe<capnp::MessageReaderAndFds>(nullptr);
        reading_ = {.inside = true, .since = std::chrono::steady_clock::now()};
        return read_frame(options);
      });
}

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> MessageStream::read_frame(capnp::ReaderOptions options) {
  return buffered(kWordBytes)
      .then([this](bool whole) {
        if (!whole) return kj::Promise<bool>(false);
        const std::size_t segments = std::size_t{word32(0)} + 1;
        KJ_REQUIRE(segments <= kSegmentsMax, "a message of too many segments", segments);
        return buffered((segments / 2 + 1) * kWordBytes);
      })
      .then([this, options](bool whole) {
        if (!whole) kj::throwFatalException(KJ_EXCEPTION(DISCONNECTED, "the connection ended inside of a message"));
        const Frame frame = parse_table(std::size_t{word32(0)} + 1);
        begin_ += frame.table_bytes;
        return read_body(frame, options);
      });
}

MessageStream::Frame MessageStream::parse_table(std::size_t segments) const {
  Frame frame{.segments = segments, .table_bytes = (segments / 2 + 1) * kWordBytes};
  for (std::size_t segment = 0; segment < segments; ++segment) {
    frame.words[segment] = word32(segment + 1);
    frame.words_total += frame.words[segment];
  }
  KJ_REQUIRE(frame.words_total <= limits_.message_bytes_max / kWordBytes, "a message of too many bytes",
             frame.words_total * kWordBytes, limits_.message_bytes_max);
  return frame;
}

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> MessageStream::read_body(Frame frame, capnp::ReaderOptions options) {
  // Words that are not written to yet are not memory yet: who claims much and sends nothing costs addresses.
  auto words = kj::heapArray<capnp::word>(frame.words_total);
  const auto bytes = words.asBytes();
  const std::size_t here = std::min(held(), bytes.size());
  std::memcpy(bytes.begin(), buffer_.begin() + begin_, here);
  begin_ += here;
  auto rest = bytes.slice(here, bytes.size());
  kj::Promise<void> read =
      rest.size() == 0 ? kj::Promise<void>(kj::READY_NOW) : stream_->read(rest.begin(), rest.size());
  return read.then([this, frame, options, words = kj::mv(words)]() mutable {
    reading_ = {.inside = false, .since = std::chrono::steady_clock::now()};
    auto segments = kj::heapArray<kj::ArrayPtr<const capnp::word>>(frame.segments);
    const capnp::word* at = words.begin();
    for (std::size_t segment = 0; segment < frame.segments; ++segment) {
      segments[segment] = kj::arrayPtr(at, frame.words[segment]);
      at += frame.words[segment];
    }
    const kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> table = segments;
    kj::Own<capnp::MessageReader> reader =
        kj::heap<capnp::SegmentArrayMessageReader>(table, options).attach(kj::mv(words), kj::mv(segments));
    return kj::Maybe<capnp::MessageReaderAndFds>(capnp::MessageReaderAndFds{kj::mv(reader), nullptr});
  });
}

kj::Promise<void> MessageStream::writeMessage(kj::ArrayPtr<const int> fds,
                                              kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) {
  KJ_REQUIRE(fds.size() == 0, "file descriptors do not go over this stream");
  return capnp::writeMessage(*stream_, segments).then([this] { return release_when_sent(); });
}

kj::Promise<void> MessageStream::writeMessages(
    kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) {
  return capnp::writeMessages(*stream_, messages);
}

kj::Promise<void> MessageStream::end() {
  stream_->shutdownWrite();
  return kj::READY_NOW;
}

}  // namespace daybook::net
