// Events with any content through the codec: what comes back is what was given, encoding it again gives the same bytes,
// every changed byte is refused, and fingerprints are equal exactly when the events are.
#include <algorithm>
#include <optional>

#include <fuzzer/FuzzedDataProvider.h>

#include "schema/event_codec.h"
#include "tests/fuzz/fuzz.h"
#include "tests/log/block_fixture.h"

using namespace daybook;

namespace {

std::string some_text(FuzzedDataProvider& input) {
  return input.ConsumeRandomLengthString(64);
}

Uuid some_uuid(FuzzedDataProvider& input) {
  Uuid uuid;
  for (auto& byte : uuid.bytes) byte = input.ConsumeIntegral<std::uint8_t>();
  return uuid;
}

Event some_event(FuzzedDataProvider& input) {
  Event event{.stream = some_text(input), .type = some_text(input), .data = some_text(input)};
  for (auto tags = input.ConsumeIntegralInRange<unsigned>(0, 3); tags > 0; --tags) {
    event.tags.push_back(some_text(input));
  }
  const auto has = input.ConsumeIntegral<std::uint8_t>();
  if (has & 1) event.content_type = some_text(input);
  if (has & 2) event.id = some_uuid(input);
  if (has & 4) event.occurred_at = Timestamp(std::chrono::nanoseconds(input.ConsumeIntegral<std::int64_t>()));
  if (has & 8) event.correlation_id = some_uuid(input);
  if (has & 16) event.causation_id = some_uuid(input);
  if (has & 32) event.traceparent = some_text(input);
  for (auto headers = input.ConsumeIntegralInRange<unsigned>(0, 2); headers > 0; --headers) {
    event.headers.push_back({.name = some_text(input), .value = some_text(input)});
  }
  return event;
}

bool same(const std::vector<Event>& a, const std::vector<Event>& b) {
  return std::ranges::equal(a, b,
                            [](const Event& x, const Event& y) { return test::content_of(x) == test::content_of(y); });
}

/// What a reader gets of `given`: the log fills in an id, which here is the nil UUID.
Event recorded(Event given) {
  if (!given.id) given.id = Uuid{};
  return given;
}

void check_events(const Block& block, const std::vector<Commit>& commits) {
  std::uint32_t at = 0;
  for (const Commit& commit : commits) {
    for (const Event& event : commit.events) {
      DAYBOOK_CHECK(test::content_of(block.event(at).to_event()) == test::content_of(recorded(event)),
                    "an event comes back");
      DAYBOOK_CHECK(block.event(at).sequence() == block.first_sequence().plus(at), "sequences are dense");
      ++at;
    }
  }
  const auto infos = block.commits();
  for (std::size_t i = 0; i < commits.size(); ++i) {
    DAYBOOK_CHECK(infos[i].key == commits[i].key, "a key comes back");
    DAYBOOK_CHECK(infos[i].fingerprint == fingerprint_of(commits[i].events), "a fingerprint comes back");
  }
}

void check_damage(const Block& block, FuzzedDataProvider& input) {
  std::vector<std::byte> damaged(block.bytes().begin(), block.bytes().end());
  const auto at = input.ConsumeIntegralInRange<std::size_t>(0, damaged.size() - 1);
  damaged[at] ^= std::byte{input.ConsumeIntegralInRange<std::uint8_t>(1, 255)};
  DAYBOOK_CHECK(!Block::parse(damaged, block.link()), "a damaged byte is refused");
  damaged.resize(at);
  DAYBOOK_CHECK(!Block::parse(damaged, block.link()), "a block cut short is refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  FuzzedDataProvider input(data, bytes);
  std::vector<Commit> commits(input.ConsumeIntegralInRange<std::size_t>(1, 3));
  for (Commit& commit : commits) {
    for (auto events = input.ConsumeIntegralInRange<unsigned>(1, 3); events > 0; --events) {
      commit.events.push_back(some_event(input));
    }
    if (input.ConsumeBool()) commit.key = some_uuid(input);
  }
  for (const Commit& a : commits) {
    for (const Commit& b : commits) {
      const bool same_print = fingerprint_of(a.events) == fingerprint_of(b.events);
      DAYBOOK_CHECK(same_print == same(a.events, b.events), "fingerprints are equal when and only when the events are");
    }
  }
  const Timestamp recorded_at(std::chrono::nanoseconds(input.ConsumeIntegral<std::int64_t>()));
  const auto block = test::BlockChain(LogId{}).seal(commits, recorded_at);
  check_events(*block, commits);
  const auto parsed = Block::parse(block->bytes(), block->link());
  DAYBOOK_CHECK(parsed.has_value(), "what was sealed can be parsed");
  check_events(**parsed, commits);
  DAYBOOK_CHECK((*parsed)->recorded_at() == recorded_at, "the recorded time comes back");

  // Encoded again, what was read gives the same events, byte for byte. (A commit's fingerprint is of what was given.)
  std::uint32_t at = 0;
  for (const Commit& commit : commits) {
    for (std::size_t i = 0; i < commit.events.size(); ++i, ++at) {
      const Event event = (*parsed)->event(at).to_event();
      const EncodedCommit again({&event, 1}, {});
      auto words = std::vector<std::uint64_t>(again.event_words(0).begin(), again.event_words(0).end());
      words[kEventVersionWord] = (*parsed)->event(at).version().value();
      DAYBOOK_CHECK(std::equal(words.begin(), words.end(), (*parsed)->event_words(at)), "encoding is one to one");
    }
  }
  check_damage(*block, input);
  return 0;
}
