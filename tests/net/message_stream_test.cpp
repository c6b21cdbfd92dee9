// Messages over a stream: what was sent arrives, however it was cut; what is claimed beyond the limits is refused
// before anything is allocated for it.
#include <capnp/message.h>
#include <capnp/schema.capnp.h>
#include <capnp/serialize.h>
#include <cstring>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "net/message_stream.h"
#include "tests/net/loop_fixture.h"
#include "tests/support/test_seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr capnp::ReaderOptions kUnlimited{.traversalLimitInWords = std::uint64_t{1} << 40, .nestingLimit = 64};

std::string random_text(std::mt19937_64& random, std::size_t bytes_max) {
  std::string text(random() % (bytes_max + 1), '\0');
  for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
  return text;
}

/// A message that holds `text`; `first_segment` words decide in how many segments.
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
std::string answer_to(const std::string& bytes, std::vector<std::string>& seen, net::MessageLimits limits = {}) {
  Ends ends;
  std::thread sender([&] {
    send_all(ends.far, bytes.data(), bytes.size());
    ::shutdown(ends.far, SHUT_WR);
  });
  std::unique_ptr<net::MessageStream> stream;
  std::string said;
  said = run_loop([&](net::Loop& loop) {
    auto owned = kj::heap<net::MessageStream>(ends.stream(loop), limits);
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
    CHECK(answer_to(bytes, seen, {.message_bytes_max = 1 << 20}) == "");
    CHECK(seen == sent);
  }
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
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), net::MessageLimits{});
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
  const net::MessageLimits limits{.message_bytes_max = 64 << 10};
  CHECK(answer_to(claim(0, {8193}), seen, limits).find("too many bytes") != std::string::npos);
  CHECK(answer_to(claim(1, {8192, 1, 0}), seen, limits).find("too many bytes") != std::string::npos);
  CHECK(answer_to(claim(0, {0xffff'ffff}), seen, limits).find("too many bytes") != std::string::npos);
  CHECK(answer_to(claim(64, {1}), seen, limits).find("too many segments") != std::string::npos);
  CHECK(answer_to(claim(0xffff'ffff, {1}), seen, limits).find("too many segments") != std::string::npos);
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

TEST_CASE("message stream: who does not take the answers is not read from") {
  Ends ends;
  const std::string two = framed("one") + framed("two");
  send_all(ends.far, two.data(), two.size());
  CHECK(run_loop([&](net::Loop& loop) {
          auto stream = kj::heap<net::MessageStream>(ends.stream(loop), net::MessageLimits{.queued_bytes_max = 100});
          auto queued = std::make_shared<std::size_t>(0);
          stream->watch_queue([queued] { return *queued; });
          auto& reader = *stream;
          auto message = std::make_shared<capnp::MallocMessageBuilder>();
          build(*message, "answer");
          return reader.tryReadMessage(kUnlimited)
              .then([&reader, &loop, queued](kj::Maybe<kj::Own<capnp::MessageReader>>) {
                *queued = 101;
                return reader.tryReadMessage(kUnlimited)
                    .then([](kj::Maybe<kj::Own<capnp::MessageReader>>) { FAIL("read on in spite of the queue"); })
                    .exclusiveJoin(loop.after(std::chrono::milliseconds(30)));
              })
              .then([&reader, queued, message] {
                auto second = reader.tryReadMessage(kUnlimited);
                *queued = 100;
                return reader.writeMessage(*message).then(
                    [second = kj::mv(second)]() mutable { return kj::mv(second); });
              })
              .then([](kj::Maybe<kj::Own<capnp::MessageReader>> second) {
                KJ_IF_MAYBE (reader_of_second, second)
                  CHECK(text_of(**reader_of_second) == "two");
                else
                  FAIL("no second message");
              })
              .attach(kj::mv(stream));
        }) == "");
}
