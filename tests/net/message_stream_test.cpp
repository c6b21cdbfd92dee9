// Messages over a stream: what was sent arrives, however it was cut; what is claimed beyond the limits is refused
// before anything is allocated for it.
#include <algorithm>
#include <cstring>
#include <deque>
#include <random>
#include <thread>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>

#include "net/message_stream.h"
#include "tests/net/loop_fixture.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;
constexpr capnp::ReaderOptions kUnlimited{.traversalLimitInWords = std::uint64_t{1} << 40, .nestingLimit = 64};

std::string random_text(std::mt19937_64& random, std::size_t bytes_max) {
  std::string text(random() % (bytes_max + 1), '\0');
  for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
  return text;
}

/// A message that holds `text`.
void build(capnp::MessageBuilder& message, const std::string& text) {
  message.initRoot<capnp::AnyPointer>().setAs<capnp::Text>(text.c_str());
}

std::string text_of(capnp::MessageReader& message) {
  return message.getRoot<capnp::AnyPointer>().getAs<capnp::Text>().cStr();
}

/// Reads until the end of the stream.
kj::Promise<void> read_all(net::MessageStream& stream, std::vector<std::string>& seen) {
  return stream.tryReadMessage(kUnlimited).then([&](kj::Maybe<kj::Own<capnp::MessageReader>> message) {
    KJ_IF_MAYBE (reader, message) {
      seen.push_back(text_of(**reader));
      return read_all(stream, seen);
    }
    return kj::Promise<void>(kj::READY_NOW);
  });
}

/// Likewise; looks at each message only when two more have come.
kj::Promise<void> keep_some(net::MessageStream& stream, std::deque<kj::Own<capnp::MessageReader>>& kept,
                            std::vector<std::string>& seen) {
  return stream.tryReadMessage(kUnlimited).then([&](kj::Maybe<kj::Own<capnp::MessageReader>> message) {
    const std::size_t most = message == nullptr ? 0 : 2;
    KJ_IF_MAYBE (reader, message) kept.push_back(kj::mv(*reader));
    for (; kept.size() > most; kept.pop_front()) seen.push_back(text_of(*kept.front()));
    return most == 0 ? kj::Promise<void>(kj::READY_NOW) : keep_some(stream, kept, seen);
  });
}

void send_all(int descriptor, const void* bytes, std::size_t count) {
  const char* at = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t sent = ::send(descriptor, at, count, MSG_NOSIGNAL);
    if (sent < 0) return;
    at += sent;
    count -= static_cast<std::size_t>(sent);
  }
}

/// What a stream that was sent these bytes, and then its end, says.
std::string answer_to(const std::string& bytes, std::vector<std::string>& seen,
                      std::size_t bytes_max = std::size_t{64} << 10) {
  Ends ends;
  std::thread sender([&] {
    send_all(ends.far, bytes.data(), bytes.size());
    ::shutdown(ends.far, SHUT_WR);
  });
  std::unique_ptr<net::MessageStream> stream;
  std::string said;
  said = run_loop([&](net::Loop& loop) {
    auto owned = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), bytes_max, kWindow);
    auto& reader = *owned;
    return read_all(reader, seen).attach(kj::mv(owned));
  });
  sender.join();
  return said;
}

std::string framed(const std::string& text, unsigned first_segment_words = 1024) {
  capnp::MallocMessageBuilder message(first_segment_words, capnp::AllocationStrategy::FIXED_SIZE);
  build(message, text);
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

std::string claim(std::uint32_t segments_less_one, std::vector<std::uint32_t> words) {
  std::string bytes(4 * (1 + words.size()), '\0');
  std::memcpy(bytes.data(), &segments_less_one, 4);
  for (std::size_t i = 0; i < words.size(); ++i) std::memcpy(bytes.data() + 4 * (i + 1), &words[i], 4);
  return bytes;
}

}  // namespace

TEST_CASE("message stream: what a stock writer sends arrives, whatever its sizes, segments and cuts") {
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> sent;
    std::string bytes;
    const std::size_t bytes_max = round % 2 == 0 ? 300 : 300'000;
    for (int i = 0; i < 50; ++i) {
      sent.push_back(random_text(random, bytes_max));
      bytes += framed(sent.back(), static_cast<unsigned>(1 + random() % 64));
    }
    std::vector<std::string> seen;
    CHECK(answer_to(bytes, seen, 1 << 20) == "");
    CHECK(seen == sent);
  }
}

TEST_CASE("message stream: memory that is used again is not that of a message which is still there") {
  std::mt19937_64 random(test_seed());
  std::vector<std::string> sent;
  std::string bytes;
  for (int i = 0; i < 60; ++i) {
    sent.push_back(random_text(random, i % 3 == 0 ? 2'000'000 : 400'000));
    bytes += framed(sent.back(), static_cast<unsigned>(1 + random() % 64));
  }
  Ends ends;
  std::thread sender([&] {
    send_all(ends.far, bytes.data(), bytes.size());
    ::shutdown(ends.far, SHUT_WR);
  });
  std::vector<std::string> seen;
  CHECK(run_loop([&](net::Loop& loop) {
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), std::size_t{4} << 20, kWindow,
                                                     std::size_t{1} << 20);
          auto& reader = *stream;
          auto kept = kj::heap<std::deque<kj::Own<capnp::MessageReader>>>();
          return keep_some(reader, *kept, seen).attach(kj::mv(stream), kj::mv(kept));
        }) == "");
  sender.join();
  CHECK(seen == sent);
}

TEST_CASE("message stream: what it sends, a stock reader reads, also when nobody reads for a while") {
  std::mt19937_64 random(test_seed());
  std::vector<std::string> sent;
  for (int i = 0; i < 30; ++i) sent.push_back(random_text(random, 500'000));
  Ends ends;
  std::vector<std::string> seen;
  std::thread reader([&] {
    for (std::size_t i = 0; i < sent.size(); ++i) {
      capnp::StreamFdMessageReader message(ends.far, kUnlimited);
      seen.push_back(text_of(message));
    }
  });
  CHECK(run_loop([&](net::Loop& loop) {
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), kWindow, kWindow);
          kj::Promise<void> written = kj::READY_NOW;
          for (const std::string& text : sent) {
            auto message = kj::heap<capnp::MallocMessageBuilder>();
            build(*message, text);
            auto& writer = *stream;
            written =
                written.then([&writer, &one = *message] { return writer.writeMessage(one); }).attach(kj::mv(message));
          }
          return written.attach(kj::mv(stream));
        }) == "");
  reader.join();
  CHECK(seen == sent);
}

TEST_CASE("message stream: claims beyond the limits are refused, and named") {
  std::vector<std::string> seen;
  const std::size_t limits = 64 << 10;
  CHECK(answer_to(claim(0, {8193}), seen, limits).find("over the limit of 65536") != std::string::npos);
  CHECK(answer_to(claim(1, {8192, 1, 0}), seen, limits).find("over the limit of 65536") != std::string::npos);
  CHECK(answer_to(claim(0, {0xffff'ffff}), seen, limits).find("over the limit of 65536") != std::string::npos);
  CHECK(answer_to(claim(64, {1}), seen, limits).find("segments, over the limit of 64") != std::string::npos);
  CHECK(answer_to(claim(0xffff'ffff, {1}), seen, limits).find("segments, over the limit of 64") != std::string::npos);
  CHECK(seen.empty());
}

TEST_CASE("message stream: an end between two messages is an end, one inside is an error") {
  const std::string whole = framed("one") + framed("two", 1);
  std::vector<std::size_t> ends = {0, framed("one").size(), whole.size()};
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    CAPTURE(length);
    std::vector<std::string> seen;
    const std::string said = answer_to(whole.substr(0, length), seen);
    const bool between = std::find(ends.begin(), ends.end(), length) != ends.end();
    CHECK((said == "") == between);
    CHECK(seen.size() == (length == whole.size() ? 2u : length >= ends[1] ? 1u : 0u));
  }
}

TEST_CASE("message stream: a limit that is raised holds from the next message on") {
  Ends ends;
  const std::string small = framed("one");
  const std::string large = framed(std::string(1000, 'x'));
  send_all(ends.far, (small + large).data(), small.size() + large.size());
  CHECK(run_loop([&](net::Loop& loop) {
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), 100, kWindow);
          auto& reader = *stream;
          return reader.tryReadMessage(kUnlimited)
              .then([&reader](kj::Maybe<kj::Own<capnp::MessageReader>>) {
                reader.set_message_bytes_max(2000);
                return reader.tryReadMessage(kUnlimited);
              })
              .then([](kj::Maybe<kj::Own<capnp::MessageReader>> second) {
                KJ_IF_MAYBE (message, second) {
                  CHECK(text_of(**message).size() == 1000);
                } else {
                  FAIL("no second message");
                }
              })
              .attach(kj::mv(stream));
        }) == "");
}

TEST_CASE("message stream: half a message is told as such, with the time of its first byte") {
  Ends ends;
  const std::string whole = framed("one");
  send_all(ends.far, whole.data(), whole.size() - 1);
  CHECK(run_loop([&](net::Loop& loop) {
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), kWindow, kWindow);
          auto& reader = *stream;
          CHECK(!reader.reading().inside);
          const auto before = loop.now();
          auto read = reader.tryReadMessage(kUnlimited).eagerlyEvaluate(nullptr);
          return until(loop, [&reader] { return reader.reading().inside; })
              .then([&ends, &reader, &whole, before, read = kj::mv(read)]() mutable {
                CHECK(reader.reading().since >= before);
                send_all(ends.far, whole.data() + whole.size() - 1, 1);
                return kj::mv(read);
              })
              .then([&reader](kj::Maybe<kj::Own<capnp::MessageReader>> message) {
                CHECK(message != nullptr);
                CHECK(!reader.reading().inside);
              })
              .attach(kj::mv(stream));
        }) == "");
}

TEST_CASE("message stream: a small message cannot be walked through as if it were a large one") {
  // A list of a million structs without content is a word long; each costs a reader a word of its limit.
  capnp::MallocMessageBuilder message;
  message.initRoot<capnp::AnyPointer>().initAsListOfAnyStruct(0, 0, 1 << 20);
  const auto words = capnp::messageToFlatArray(message);
  Ends ends;
  send_all(ends.far, words.asBytes().begin(), words.asBytes().size());
  const std::string said = run_loop([&](net::Loop& loop) {
    auto stream = kj::heap<net::MessageStream>(ends.stream(loop), loop.clock(), kWindow, kWindow);
    return stream->tryReadMessage(kUnlimited)
        .then([](kj::Maybe<kj::Own<capnp::MessageReader>> got) {
          KJ_IF_MAYBE (reader, got) (*reader)->getRoot<capnp::AnyPointer>().getAs<capnp::AnyList>();
        })
        .attach(kj::mv(stream));
  });
  CAPTURE(said);
  CHECK(said.find("traversal limit") != std::string::npos);
}
