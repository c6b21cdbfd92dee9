// A reader takes as many bytes as there are with one call; of those the messages are cut. Small calls that come
// together so cost one system call together. A message is copied out of the buffer into words of its own: it lives as
// long as its call.
#include "net/message_stream.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <capnp/message.h>

#include "daybook/result.h"
#include "net/errors.h"

namespace daybook::net {
namespace {

using Segments = kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>;
using MaybeMessage = kj::Maybe<capnp::MessageReaderAndFds>;

constexpr std::size_t kWordBytes = sizeof(capnp::word);

/// Bytes of the table of so many segments: its count, their sizes, filled up to a word.
constexpr std::size_t table_bytes(std::size_t segments) {
  return (segments / 2 + 1) * kWordBytes;
}

kj::Exception refused(Code code, std::string what) {
  return to_exception(Error{.code = code, .message = std::move(what)});
}

}  // namespace

/// What a message's table of segments says.
struct MessageStream::Frame {
  std::array<std::uint32_t, kSegmentsMax> words{};  ///< Of each segment.
  std::size_t segments = 0;
  std::size_t words_total = 0;
};

/// The words of the last large message that went. Memory of that size is the system's each time anew, page by page.
class MessageStream::Spare final : public kj::Refcounted {
 public:
  explicit Spare(std::size_t bytes_max) : words_max_(bytes_max / kWordBytes) {}

  void put(kj::Array<capnp::word> words) {
    if (words.size() > words_.size() && words.size() <= words_max_) words_ = kj::mv(words);
  }
  /// `words` of them, or more.
  kj::Array<capnp::word> take(std::size_t words) {
    if (words_.size() >= words) return kj::mv(words_);
    const std::size_t rounded = (words / kSpareStep + 1) * kSpareStep;
    return kj::heapArray<capnp::word>(rounded <= words_max_ ? rounded : words);
  }
  void drop() { words_ = nullptr; }

 private:
  static constexpr std::size_t kSpareStep = (std::size_t{128} << 10) / kWordBytes;

  const std::size_t words_max_;
  kj::Array<capnp::word> words_;
};

/// A message that came, with its words.
class MessageStream::Arrived final : public capnp::MessageReader {
 public:
  Arrived(const capnp::ReaderOptions& how, const Frame& frame, kj::Array<capnp::word> words, kj::Own<Spare> spare)
      : MessageReader(how), words_(kj::mv(words)), spare_(kj::mv(spare)), first_words_(frame.words[0]) {
    const capnp::word* at = words_.begin() + first_words_;
    for (std::size_t segment = 1; segment < frame.segments; ++segment) {
      others_.add(at, frame.words[segment]);
      at += frame.words[segment];
    }
  }

  ~Arrived() noexcept(false) { spare_->put(kj::mv(words_)); }
  KJ_DISALLOW_COPY(Arrived);

  kj::ArrayPtr<const capnp::word> getSegment(unsigned number) override {
    if (number == 0) return words_.slice(0, first_words_);
    return number <= others_.size() ? others_[number - 1] : nullptr;
  }

 private:
  kj::Array<capnp::word> words_;
  kj::Own<Spare> spare_;
  std::size_t first_words_;
  kj::Vector<kj::ArrayPtr<const capnp::word>> others_;
};

MessageStream::MessageStream(kj::Own<kj::AsyncIoStream> stream, const Clock& clock, std::size_t message_bytes_max,
                             std::size_t window_bytes, std::size_t spare_bytes)
    : stream_(kj::mv(stream)),
      clock_(clock),
      message_bytes_max_(message_bytes_max),
      window_bytes_(window_bytes),
      reading_{.inside = false, .since = clock.steady_now()},
      spare_(kj::refcounted<Spare>(spare_bytes)),
      buffer_(kj::heapArray<kj::byte>(kIdleBufferBytes)) {}

MessageStream::~MessageStream() = default;

std::uint32_t MessageStream::word32(std::size_t number) const {
  std::uint32_t little = 0;  // the framing is little-endian, as this machine is (base/bytes.h asserts it)
  std::memcpy(&little, buffer_.begin() + begin_ + number * sizeof little, sizeof little);
  return little;
}

void MessageStream::make_room() {
  const bool busy = buffer_.size() == kBusyBufferBytes;
  const std::size_t bytes = read_last_ == buffer_.size()                        ? kBusyBufferBytes
                            : read_last_ <= kIdleBufferBytes / 2 && held() == 0 ? kIdleBufferBytes
                                                                                : buffer_.size();
  if (busy == (bytes == kBusyBufferBytes)) {
    if (begin_ > 0) std::memmove(buffer_.begin(), buffer_.begin() + begin_, held());
  } else {
    auto other = kj::heapArray<kj::byte>(bytes);
    std::memcpy(other.begin(), buffer_.begin() + begin_, held());
    buffer_ = kj::mv(other);
    if (busy) spare_->drop();
  }
  end_ = held();
  begin_ = 0;
}

kj::Promise<bool> MessageStream::buffered(std::size_t bytes) {
  if (held() >= bytes) return true;
  make_room();
  return stream_->tryRead(buffer_.begin() + end_, 1, buffer_.size() - end_)
      .then([this, bytes](std::size_t got) -> kj::Promise<bool> {
        read_last_ = end_ + got;
        if (got == 0) return false;
        end_ += got;
        return buffered(bytes);
      });
}

kj::Maybe<kj::Exception> MessageStream::parse_table(Frame& frame) const {
  frame.segments = std::size_t{word32(0)} + 1;
  frame.words_total = 0;
  for (std::size_t segment = 0; segment < frame.segments; ++segment) {
    frame.words[segment] = word32(segment + 1);
    frame.words_total += frame.words[segment];
  }
  if (frame.words_total <= message_bytes_max_ / kWordBytes) return nullptr;
  return refused(Code::too_large, "a message of " + std::to_string(frame.words_total * kWordBytes) +
                                      " bytes, over the limit of " + std::to_string(message_bytes_max_));
}

kj::Own<capnp::MessageReader> MessageStream::arrived(const Frame& frame, kj::Array<capnp::word> words,
                                                     capnp::ReaderOptions options) {
  options.traversalLimitInWords = std::max<std::uint64_t>(kWalkWordsMin, kWalkFactor * frame.words_total);
  return kj::heap<Arrived>(options, frame, kj::mv(words), kj::addRef(*spare_));
}

/// Small ones come too many together for one spare to be of use.
kj::Array<capnp::word> MessageStream::words_for(const Frame& frame) {
  const bool large = frame.words_total * kWordBytes >= kBusyBufferBytes;
  return large ? spare_->take(frame.words_total) : kj::heapArray<capnp::word>(frame.words_total);
}

MaybeMessage MessageStream::take_held(const capnp::ReaderOptions& options) {
  if (held() < kWordBytes) return nullptr;
  const std::size_t segments = std::size_t{word32(0)} + 1;
  if (segments > kSegmentsMax || held() < table_bytes(segments)) return nullptr;
  Frame frame;
  if (parse_table(frame) != nullptr) return nullptr;
  const std::size_t bytes = frame.words_total * kWordBytes;
  if (held() < table_bytes(segments) + bytes) return nullptr;
  begin_ += table_bytes(segments);
  auto words = kj::heapArray<capnp::word>(frame.words_total);
  if (bytes > 0) std::memcpy(words.begin(), buffer_.begin() + begin_, bytes);
  begin_ += bytes;
  return capnp::MessageReaderAndFds{arrived(frame, kj::mv(words), options), nullptr};
}

kj::Promise<MaybeMessage> MessageStream::tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> /*fds*/,
                                                        capnp::ReaderOptions options,
                                                        kj::ArrayPtr<capnp::word> /*scratch*/) {
  if (auto message = take_held(options); message != nullptr) return kj::mv(message);
  return buffered(1).then([this, options](bool more) -> kj::Promise<MaybeMessage> {
    if (!more) return MaybeMessage(nullptr);
    if (auto message = take_held(options); message != nullptr) return kj::mv(message);
    reading_ = {.inside = true, .since = clock_.steady_now()};
    return read_frame(options);
  });
}

kj::Promise<MaybeMessage> MessageStream::read_frame(capnp::ReaderOptions options) {
  return buffered(kWordBytes)
      .then([this](bool whole) -> kj::Promise<bool> {
        if (!whole) return false;
        const std::size_t segments = std::size_t{word32(0)} + 1;
        if (segments <= kSegmentsMax) return buffered(table_bytes(segments));
        return refused(Code::invalid, "a message of " + std::to_string(segments) + " segments, over the limit of " +
                                          std::to_string(kSegmentsMax));
      })
      .then([this, options](bool whole) -> kj::Promise<MaybeMessage> {
        if (!whole) return refused(Code::io, "the connection ended inside of a message");
        Frame frame;
        KJ_IF_MAYBE (wrong, parse_table(frame)) return kj::mv(*wrong);
        begin_ += table_bytes(frame.segments);
        return read_body(frame, options);
      });
}

kj::Promise<MaybeMessage> MessageStream::read_body(const Frame& frame, capnp::ReaderOptions options) {
  // Words that are not written to yet are not memory yet: who claims much and sends nothing costs addresses.
  auto words = words_for(frame);
  auto bytes = words.slice(0, frame.words_total).asBytes();
  const std::size_t here = std::min(held(), bytes.size());
  if (here > 0) std::memcpy(bytes.begin(), buffer_.begin() + begin_, here);
  begin_ += here;
  auto rest = bytes.slice(here, bytes.size());
  auto read = rest.size() == 0 ? kj::Promise<std::size_t>(std::size_t{0})
                               : stream_->tryRead(rest.begin(), rest.size(), rest.size());
  return read.then([this, frame, options, missing = rest.size(),
                    words = kj::mv(words)](std::size_t got) mutable -> kj::Promise<MaybeMessage> {
    if (got < missing) return refused(Code::io, "the connection ended inside of a message");
    reading_ = {.inside = false, .since = clock_.steady_now()};
    return MaybeMessage(capnp::MessageReaderAndFds{arrived(frame, kj::mv(words), options), nullptr});
  });
}

/// Adds a message's table and segments to what is written; `tables_` has room.
void MessageStream::add_message(Segments segments) {
  const std::size_t begin = tables_.size();
  tables_.add(static_cast<std::uint32_t>(segments.size() - 1));
  for (const auto& segment : segments) tables_.add(static_cast<std::uint32_t>(segment.size()));
  if (tables_.size() % 2 != 0) tables_.add(0u);
  pieces_.add(tables_.asPtr().slice(begin, tables_.size()).asBytes());
  for (const auto& segment : segments) {
    if (segment.size() > 0) pieces_.add(segment.asBytes());
  }
}

kj::Promise<void> MessageStream::writeMessage(kj::ArrayPtr<const int> /*fds*/, Segments segments) {
  Segments one = segments;
  return writeMessages(kj::arrayPtr(&one, 1));
}

kj::Promise<void> MessageStream::writeMessages(kj::ArrayPtr<Segments> messages) {
  std::size_t table_words = 0;
  for (const Segments& segments : messages) table_words += table_bytes(segments.size()) / sizeof(std::uint32_t);
  tables_.clear();
  tables_.reserve(table_words);  // the pieces refer to it
  pieces_.clear();
  for (const Segments& segments : messages) add_message(segments);
  return stream_->write(pieces_.asPtr());
}

kj::Promise<void> MessageStream::end() {
  stream_->shutdownWrite();
  return kj::READY_NOW;
}

}  // namespace daybook::net
