// Blocks that somebody else made, under a hash that fits them: what is refused is refused in words, and of what is
// taken every field can be read, giving no more than was sent.
#include <cstring>

#include <doctest/doctest.h>

#include "schema/block_builder.h"
#include "schema/event_check.h"
#include "schema/excerpt.h"
#include "tests/log/block_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

using Words = std::vector<std::uint64_t>;

Words encoded(const Event& event) {
  const EventId id{};
  const EncodedCommit commit({&event, 1}, {&id, 1});
  return {commit.event_words(0).begin(), commit.event_words(0).end()};
}

Event full_event() {
  return {.stream = "order-1",
          .type = "Placed",
          .data = "{\"n\": 1}",
          .tags = {"a", "a longer tag than eight bytes"},
          .content_type = "text/plain",
          .traceparent = "00-00",
          .headers = {{.name = "n", .value = "v"}, {.name = "m", .value = ""}}};
}

/// Everything that a reader can ask of an event; its bytes, counted.
std::size_t read_all(const EventView& event) {
  const Event read = event.to_event();
  std::size_t bytes = read.stream.size() + read.type.size() + read.data.size() + read.content_type.size();
  for (const std::string& tag : read.tags) bytes += tag.size();
  if (read.traceparent) bytes += read.traceparent->size();
  for (const Header& header : read.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

Link hash_of(std::span<const std::byte> bytes) {
  return {hash128(bytes)};
}

}  // namespace

TEST_CASE("foreign block: what daybook sealed is taken, and reads the same") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  BlockChain chain(LogId{});
  for (int round = 0; round < 200; ++round) {
    std::vector<Commit> commits;
    for (auto count = 1 + random() % 5; count > 0; --count) commits.push_back(random_commit(random));
    const auto sealed = chain.seal(commits);
    const auto foreign = Block::parse_foreign(sealed->bytes(), sealed->link());
    REQUIRE(foreign);
    REQUIRE((*foreign)->event_count() == sealed->event_count());
    for (std::uint32_t i = 0; i < sealed->event_count(); ++i) {
      const Event one = (*foreign)->event(i).to_event();
      const Event other = sealed->event(i).to_event();
      CHECK(content_of(one) == content_of(other));
      CHECK((*foreign)->event(i).sequence() == sealed->event(i).sequence());
    }
  }
}

TEST_CASE("foreign block: whatever a forger changes is refused, or every field of it can be read") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  BlockChain chain(LogId{});
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto sealed = chain.seal({{.events = {full_event(), random_event(random)}}});
    Words words(sealed->bytes().size() / 8);
    std::memcpy(words.data(), sealed->bytes().data(), sealed->bytes().size());
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      std::uint64_t& word = words[1 + random() % (words.size() - 1)];
      switch (random() % 3) {
        case 0:
          word ^= std::uint64_t{1} << (random() % 64);
          break;
        case 1:
          word = random();
          break;
        default:
          word = words[random() % words.size()];  // another pointer, as likely as not
      }
    }
    const auto bytes = std::as_bytes(std::span(words));
    const auto block = Block::parse_foreign(bytes, hash_of(bytes));
    ++(block ? taken : refused);
    if (!block) {
      CHECK(block.error().code == Code::corruption);
      continue;
    }
    std::size_t read = 0;
    for (std::uint32_t i = 0; i < (*block)->event_count(); ++i) read += read_all((*block)->event(i));
    CHECK(read <= bytes.size() + (*block)->event_count() * kContentTypeJson.size());
    static_cast<void>((*block)->commits());
  }
  CHECK(taken > 100);
  CHECK(refused > 100);
}

TEST_CASE("foreign event: each pointer must lead to what its field holds") {
  const Words good = encoded(full_event());
  REQUIRE(is_event(good));
  constexpr std::size_t kFirstPointer = 10;
  for (std::size_t field = 0; field < 7; ++field) {
    CAPTURE(field);
    const auto with = [&](std::uint64_t pointer) {
      Words words = good;
      words[kFirstPointer + field] = pointer;
      return is_event(words);
    };
    const std::uint64_t pointer = good[kFirstPointer + field];
    CHECK(with(0));                                                                  // absent
    CHECK_FALSE(with(pointer ^ 1));                                                  // a struct
    CHECK_FALSE(with(pointer | 2));                                                  // a far pointer
    CHECK_FALSE(with(pointer + (std::uint64_t{1} << 50U)));                          // more than there is
    CHECK_FALSE(with((pointer & ~std::uint64_t{0xffffffff}) | (1000U << 2U) | 1U));  // behind the end
    CHECK_FALSE(with((pointer & ~std::uint64_t{0xffffffff}) | static_cast<std::uint32_t>(-4000) | 1U));  // before it
    CHECK_FALSE(with(pointer ^ (std::uint64_t{3} << 32U)));  // elements of another size
  }
  Words shorter = good;
  shorter.resize(16);
  CHECK_FALSE(is_event(shorter));
  CHECK_FALSE(is_event({}));
}

TEST_CASE("foreign event: texts end with a zero, and no bytes are led to twice") {
  Event event = full_event();
  event.tags = std::vector<std::string>(40, "tag");
  event.data = std::string(4000, 'x');
  Words words = encoded(event);
  REQUIRE(is_event(words));
  // Every tag becomes the data: forty times what is there.
  constexpr std::size_t kTags = 12;
  constexpr std::size_t kData = 14;
  const auto target_of = [&](std::size_t at) { return at + 1 + (static_cast<std::uint32_t>(words[at]) >> 2U); };
  const std::size_t tags = target_of(kTags);
  const std::size_t data = target_of(kData);
  words[data + 4000 / 8 - 1] &= 0x00ffffffffffffff;  // its last byte: as a text it is well-formed
  for (std::size_t i = 0; i < 40; ++i) {
    const auto ahead =
        static_cast<std::uint32_t>((static_cast<std::int64_t>(data) - static_cast<std::int64_t>(tags + i) - 1) * 4);
    words[tags + i] = (words[kData] & ~std::uint64_t{0xffffffff}) | ahead | 1U;
  }
  CHECK_FALSE(is_event(words));

  words = encoded(full_event());
  const std::size_t stream = target_of(10);
  words[stream] |= std::uint64_t{0xff} << 56U;  // "order-1" and its zero are eight bytes
  CHECK_FALSE(is_event(words));
}

TEST_CASE("foreign block: sequences that no log has are refused") {
  BlockChain chain(LogId{});
  const auto sealed = chain.seal({{.events = {full_event(), full_event()}}});
  for (const std::uint64_t first : {std::uint64_t{0}, kSequenceMax.value(), UINT64_MAX}) {
    Words words(sealed->bytes().size() / 8);
    std::memcpy(words.data(), sealed->bytes().data(), sealed->bytes().size());
    words[2] = first;
    const auto bytes = std::as_bytes(std::span(words));
    CHECK_FALSE(Block::parse_foreign(bytes, hash_of(bytes)));
  }
}
