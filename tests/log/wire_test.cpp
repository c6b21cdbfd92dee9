// Events and blocks are written and read word by word; Cap'n Proto's own builder and reader say whether that is right.
#include <cstring>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <doctest/doctest.h>
#include <event.capnp.h>

#include "base/bytes.h"
#include "schema/block_builder.h"
#include "tests/log/block_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

using Words = std::vector<std::uint64_t>;

capnp::Text::Reader text_of(const std::string& text) {
  return {text.data(), text.size()};
}

std::uint64_t high_of(const Uuid& uuid) {
  return load_be64(uuid.bytes.data());
}
std::uint64_t low_of(const Uuid& uuid) {
  return load_be64(uuid.bytes.data() + 8);
}

void fill_optional(const Event& event, schema::Event::Builder builder) {
  if (event.correlation_id) {
    builder.setHasCorrelation(true);
    builder.setCorrelationHigh(high_of(*event.correlation_id));
    builder.setCorrelationLow(low_of(*event.correlation_id));
  }
  if (event.causation_id) {
    builder.setHasCausation(true);
    builder.setCausationHigh(high_of(*event.causation_id));
    builder.setCausationLow(low_of(*event.causation_id));
  }
  if (event.occurred_at) {
    builder.setHasOccurredAt(true);
    builder.setOccurredAt(event.occurred_at->time_since_epoch().count());
  }
}

/// The event's message by Cap'n Proto's builder, in the order of schema/event.capnp.
Words event_by_builder(const Event& event) {
  Words words(encoded_words(event));
  capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
  auto builder = message.initRoot<schema::Event>();
  const EventId id = event.id.value_or(EventId{});
  builder.setIdHigh(high_of(id));
  builder.setIdLow(low_of(id));
  fill_optional(event, builder);
  builder.setStream(text_of(event.stream));
  builder.setType(text_of(event.type));
  if (event.content_type != kContentTypeJson) builder.setContentType(text_of(event.content_type));
  builder.setData({reinterpret_cast<const kj::byte*>(event.data.data()), event.data.size()});
  if (event.traceparent) builder.setTraceparent(text_of(*event.traceparent));
  if (!event.tags.empty()) {
    auto tags = builder.initTags(static_cast<unsigned>(event.tags.size()));
    for (unsigned i = 0; i < tags.size(); ++i) tags.set(i, text_of(event.tags[i]));
  }
  if (!event.headers.empty()) {
    auto headers = builder.initHeaders(static_cast<unsigned>(event.headers.size()));
    for (unsigned i = 0; i < headers.size(); ++i) {
      headers[i].setName(text_of(event.headers[i].name));
      headers[i].setValue(text_of(event.headers[i].value));
    }
  }
  message.requireFilled();
  return words;
}

/// The block's segment by Cap'n Proto's builder, its events as `block` has them.
Words block_by_builder(const Block& block) {
  Words words(block.bytes().size() / 8 - 1);
  capnp::FlatMessageBuilder message(kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
  auto builder = message.initRoot<schema::Block>();
  builder.setFirstSequence(block.first_sequence().value());
  builder.setRecordedAt(block.recorded_at().time_since_epoch().count());
  builder.setChainHigh(load_be64(block.chain().bytes.data()));
  builder.setChainLow(load_be64(block.chain().bytes.data() + 8));
  const auto infos = block.commits();
  auto commits = builder.initCommits(static_cast<unsigned>(infos.size()));
  for (unsigned i = 0; i < infos.size(); ++i) {
    commits[i].setFingerprintHigh(load_be64(infos[i].fingerprint.data()));
    commits[i].setFingerprintLow(load_be64(infos[i].fingerprint.data() + 8));
    commits[i].setEventCount(infos[i].event_count);
    if (!infos[i].key) continue;
    commits[i].setHasKey(true);
    commits[i].setKeyHigh(high_of(*infos[i].key));
    commits[i].setKeyLow(low_of(*infos[i].key));
  }
  auto events = builder.initEvents(block.event_count());
  for (std::uint32_t i = 0; i < block.event_count(); ++i) {
    const std::size_t bytes = 8 * encoded_words(block.event(i).to_event());
    std::memcpy(events.init(i, static_cast<unsigned>(bytes)).begin(), block.event_words(i), bytes);
  }
  message.requireFilled();
  return words;
}

}  // namespace

TEST_CASE("wire: an event's words are those of Cap'n Proto's builder") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    Event event = random_event(random);
    if (round % 10 == 0) event.data.clear();
    const std::vector<EventId> ids(1);
    const EncodedCommit encoded({&event, 1}, ids);
    const auto words = encoded.event_words(0);
    CHECK(Words(words.begin(), words.end()) == event_by_builder(event));
  }
}

TEST_CASE("wire: a block's words are those of Cap'n Proto's builder") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  BlockChain chain(LogId{{4, 2}});
  for (int round = 0; round < 300; ++round) {
    std::vector<Commit> commits;
    for (auto count = 1 + random() % 6; count > 0; --count) commits.push_back(random_commit(random));
    const auto block = chain.seal(commits, Timestamp(std::chrono::nanoseconds(round)));
    const auto* const words = reinterpret_cast<const std::uint64_t*>(block->bytes().data());
    CHECK(Words(words + 1, words + block->bytes().size() / 8) == block_by_builder(*block));
  }
}

TEST_CASE("wire: hashing in pieces, short, long or both, gives what hashing at once gives") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  Hasher128 hasher;
  for (int round = 0; round < 500; ++round) {
    std::string whole;
    hasher.reset();
    for (auto pieces = random() % 20; pieces > 0; --pieces) {
      const std::string piece(random() % (random() % 8 == 0 ? 20'000 : 300), static_cast<char>(random()));
      hasher.add(piece);
      whole += piece;
    }
    CHECK(hasher.finish() == hash128(whole));
  }
}
