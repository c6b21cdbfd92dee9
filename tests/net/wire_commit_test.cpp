// Commits over the wire: what arrives is what was meant, and what a hostile client sends costs no more than it sent.
#include <limits>

#include <doctest/doctest.h>

#include "daybook/limits.h"
#include "net/wire_commit.h"
#include "schema/event_codec.h"
#include "tests/log/block_fixture.h"
#include "tests/net/wire_fixture.h"

using namespace daybook;
using namespace daybook::net;
using namespace daybook::test;

namespace {

constexpr std::size_t kPlenty = std::size_t{64} << 20;

Result<Commit> sent(const Commit& commit, std::size_t bytes_left = kPlenty) {
  capnp::MallocMessageBuilder message;
  to_wire(commit, std::nullopt, message.initRoot<rpc::Commit>());
  return from_wire(Arrived(message).root<rpc::Commit>(), bytes_left);
}

bool same(const Commit& a, const Commit& b) {
  const auto same_event = [](const Event& one, const Event& other) { return content_of(one) == content_of(other); };
  const auto same_version = [](const ExpectedVersion& one, const ExpectedVersion& other) {
    return one.stream == other.stream && one.version == other.version;
  };
  const auto same_condition = [](const FailIfMatch& one, const FailIfMatch& other) {
    return test::same(one.query, other.query) && one.after == other.after;
  };
  return std::ranges::equal(a.events, b.events, same_event) &&
         std::ranges::equal(a.expected, b.expected, same_version) &&
         std::ranges::equal(a.fail_if_match, b.fail_if_match, same_condition) && a.key == b.key;
}

Event small_event() {
  return {.stream = "s", .type = "t", .data = "{}"};
}

void check_too_large(const Commit& commit) {
  const auto result = sent(commit);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::too_large);
  CHECK(result.error().outcome == Outcome::not_appended);
}

/// The flat words of a commit's message, for spoiling.
kj::Array<capnp::word> words_of(const Commit& commit) {
  capnp::MallocMessageBuilder message(static_cast<unsigned>(wire_words(commit)));
  to_wire(commit, std::nullopt, message.initRoot<rpc::Commit>());
  REQUIRE(message.getSegmentsForOutput().size() == 1);
  return capnp::messageToFlatArray(message);
}

std::uint64_t& word_at(kj::Array<capnp::word>& words, std::size_t at) {
  return reinterpret_cast<std::uint64_t*>(words.begin())[at];
}

/// The word of the pointer to a list of bytes with `count` elements.
std::size_t bytes_pointer(kj::Array<capnp::word>& words, std::uint64_t count) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::uint64_t word = word_at(words, at);
    if ((word & 3U) == 1 && word >> 32U == (count << 3U | 2U)) return at;
  }
  FAIL("no such pointer");
  return 0;
}

}  // namespace

TEST_CASE("wire: a commit arrives as it was meant, whatever it holds") {
  check_property("there and back", [] {
    const Commit commit = *some_commit();
    capnp::MallocMessageBuilder message;
    to_wire(commit, fingerprint_of(commit.events), message.initRoot<rpc::Commit>());
    std::size_t bytes_left = kPlenty;
    const auto result = from_wire(Arrived(message).root<rpc::Commit>(), bytes_left);
    RC_ASSERT(result.has_value());
    RC_ASSERT(same(*result, commit));
    RC_ASSERT(fingerprint_of(result->events) == fingerprint_of(commit.events));
    RC_ASSERT(message.sizeInWords() <= wire_words(commit));
  });
}

TEST_CASE("wire: a commit whose events do not give their fingerprint is refused") {
  const Commit commit{.events = {small_event()}};
  Hash128 fingerprint = fingerprint_of(commit.events);
  fingerprint[3] ^= 1;
  capnp::MallocMessageBuilder message;
  to_wire(commit, fingerprint, message.initRoot<rpc::Commit>());
  std::size_t bytes_left = kPlenty;
  const auto result = from_wire(Arrived(message).root<rpc::Commit>(), bytes_left);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::invalid);
  CHECK(result.error().outcome == Outcome::not_appended);
}

TEST_CASE("wire: a commit at each limit arrives, and one beyond it does not") {
  Commit commit{.events = {small_event()}};
  Event& event = commit.events[0];
  const auto holds_at = [&](auto& field, auto at, auto beyond) {
    const auto before = field;
    field = at;
    CHECK(sent(commit).has_value());
    field = beyond;
    check_too_large(commit);
    field = before;
  };
  const auto text = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  const auto texts = [](std::size_t count) { return std::vector<std::string>(count, "x"); };
  holds_at(event.stream, text(kStreamBytesMax), text(kStreamBytesMax + 1));
  holds_at(event.type, text(kTypeBytesMax), text(kTypeBytesMax + 1));
  holds_at(event.data, text(kDataBytesMax), text(kDataBytesMax + 1));
  holds_at(event.content_type, text(kContentTypeBytesMax), text(kContentTypeBytesMax + 1));
  holds_at(event.traceparent, std::optional(text(kTraceparentBytesMax)), std::optional(text(kTraceparentBytesMax + 1)));
  holds_at(event.tags, texts(kTagsMax), texts(kTagsMax + 1));
  holds_at(event.tags, std::vector(1, text(kTagBytesMax)), std::vector(1, text(kTagBytesMax + 1)));
  const auto headers = [](std::size_t count, std::string name, std::string value) {
    return std::vector<Header>(count, {.name = std::move(name), .value = std::move(value)});
  };
  holds_at(event.headers, headers(kHeadersMax, "n", ""), headers(kHeadersMax + 1, "n", ""));
  holds_at(event.headers, headers(1, text(kHeaderNameBytesMax), ""), headers(1, text(kHeaderNameBytesMax + 1), ""));
  holds_at(event.headers, headers(1, "n", text(kHeaderBytesMax)), headers(1, "n", text(kHeaderBytesMax + 1)));
  const auto expected = [](std::size_t count) {
    return std::vector<ExpectedVersion>(count, {.stream = "s", .version = Version(1)});
  };
  holds_at(commit.expected, expected(kCommitConditionsMax), expected(kCommitConditionsMax + 1));
  holds_at(commit.fail_if_match, std::vector<FailIfMatch>(kCommitConditionsMax),
           std::vector<FailIfMatch>(kCommitConditionsMax + 1));
  holds_at(commit.events, std::vector<Event>(kCommitEventsMax, small_event()),
           std::vector<Event>(kCommitEventsMax + 1, small_event()));
}

TEST_CASE("wire: the commits of one call share what they may allocate") {
  const Commit commit{.events = {{.stream = "s", .type = "t", .data = std::string(1000, 'x')}}};
  capnp::MallocMessageBuilder message;
  to_wire(commit, std::nullopt, message.initRoot<rpc::Commit>());
  Arrived arrived(message);
  std::size_t bytes_left = 10'000;
  std::size_t taken = 0;
  while (const auto result = from_wire(arrived.root<rpc::Commit>(), bytes_left)) ++taken;
  CHECK(taken >= 5);
  CHECK(taken < 10);
  CHECK(bytes_left < 2000);
}

TEST_CASE("wire: a list that claims millions of events in no bytes allocates nothing") {
  const Commit commit{.events = {small_event()}};
  for (const std::uint64_t claimed : {std::uint64_t{10'001}, std::uint64_t{1} << 29U, (std::uint64_t{1} << 30U) - 1}) {
    auto words = words_of(commit);
    // The list of structs is the one whose content begins with a tag: one element of NewEvent's size.
    for (std::size_t at = 0; at + 1 < words.size(); ++at) {
      const std::uint64_t pointer = word_at(words, at);
      const std::size_t tag = at + 1 + (static_cast<std::uint32_t>(pointer) >> 2U);
      if ((pointer & 3U) == 1 && ((pointer >> 32U) & 7U) == 7 && tag < words.size()) {
        word_at(words, at) = (pointer & 0xffffffffU) | (std::uint64_t{7} << 32U);  // no words of content
        word_at(words, tag) = claimed << 2U;                                       // elements without any size
        break;
      }
    }
    std::size_t bytes_left = kPlenty;
    const auto result = from_wire(Arrived(kj::mv(words)).root<rpc::Commit>(), bytes_left);
    if (result) {
      CHECK(result->events.empty());  // the number went round, to nothing
    } else {
      CHECK(result.error().outcome == Outcome::not_appended);
    }
    CHECK(bytes_left == kPlenty);
  }
}

TEST_CASE("wire: events that all show the same bytes are stopped by the budget or the traversal limit") {
  constexpr std::uint64_t kShared = 100'000;
  constexpr std::size_t kEvents = 5000;
  Commit commit{.events = std::vector<Event>(kEvents, small_event())};
  commit.events[0].data = std::string(kShared, 'x');
  for (std::size_t i = 1; i < kEvents; ++i) commit.events[i].data.clear();
  auto words = words_of(commit);
  const std::size_t first = bytes_pointer(words, kShared);
  const std::size_t second_stream = [&] {  // as far from the first event's as its data's pointer from the second's
    std::vector<std::size_t> found;
    for (std::size_t at = 0; at < words.size() && found.size() < 3; ++at) {
      if ((word_at(words, at) & 3U) == 1 && word_at(words, at) >> 32U == (2U << 3U | 2U)) found.push_back(at);
    }
    return found.size() < 3 ? 0 : found[2] - found[0];  // stream and type of each event are texts of two bytes
  }();
  REQUIRE(second_stream > 0);
  const auto target = static_cast<std::int64_t>(first) + 1 +
                      (static_cast<std::int32_t>(static_cast<std::uint32_t>(word_at(words, first))) >> 2);
  for (std::size_t i = 1; i < kEvents; ++i) {
    const std::size_t at = first + i * second_stream;
    const auto ahead = static_cast<std::uint32_t>((target - static_cast<std::int64_t>(at) - 1) << 2);
    word_at(words, at) = (word_at(words, first) & ~std::uint64_t{0xffffffff}) | ahead | 1U;
  }
  std::size_t bytes_left = kPlenty;
  const auto result = from_wire(Arrived(kj::mv(words)).root<rpc::Commit>(), bytes_left);
  REQUIRE_FALSE(result);
  CHECK(result.error().outcome == Outcome::not_appended);
  CHECK(bytes_left > 0);
}

TEST_CASE("wire: what an append did arrives") {
  const Appended appended{
      .first = Sequence(7), .last = Sequence(9), .versions = {{"a", Version(1)}, {"b", Version(20)}}, .repeated = true};
  const auto arrived = there_and_back<rpc::Appended>(appended);
  REQUIRE(arrived);
  CHECK(arrived->first == appended.first);
  CHECK(arrived->last == appended.last);
  CHECK(arrived->versions == appended.versions);
  CHECK(arrived->repeated);
  const auto result = there_and_back<rpc::AppendResult>(Result<Appended>(appended));
  REQUIRE(result);
  CHECK(result->last == appended.last);
}

TEST_CASE("wire: an append's error keeps its outcome, and one that makes no sense may have been appended") {
  const Result<Appended> refused = fail(Code::busy, "full", Outcome::not_appended);
  const auto arrived = there_and_back<rpc::AppendResult>(refused);
  REQUIRE_FALSE(arrived);
  CHECK(arrived.error().code == Code::busy);
  CHECK(arrived.error().outcome == Outcome::not_appended);

  for (const auto& [first, last] : {std::pair(0, 1), std::pair(5, 4)}) {
    capnp::MallocMessageBuilder message;
    auto builder = message.initRoot<rpc::AppendResult>().initAppended();
    builder.setFirst(static_cast<std::uint64_t>(first));
    builder.setLast(static_cast<std::uint64_t>(last));
    const auto nonsense = from_wire(Arrived(message).root<rpc::AppendResult>());
    REQUIRE_FALSE(nonsense);
    CHECK(nonsense.error().outcome == Outcome::may_have_been_appended);
  }
}
