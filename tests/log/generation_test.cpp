// A generation of the tail against the plain list of its events.
#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>

#include "log/core.h"
#include "log/tail.h"
#include "tests/log/block_fixture.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::uint64_t kAfter = 1000;

/// Random blocks, the first of which are "indexed"; the rest are in one generation and in a list.
class Model {
 public:
  explicit Model(std::uint64_t seed) : random(seed), chain_(LogId{}) {
    while (chain_.next() <= Sequence(kAfter)) seal();
    after_ = chain_.next().previous();
    tail = std::make_unique<Tail>(after_, LogCounts{});
    for (int block = 0; block < 150; ++block) add(seal());
  }

  [[nodiscard]] std::vector<std::uint64_t> matches(const Query& query, Sequence from, Sequence through) const {
    std::vector<std::uint64_t> found;
    for (const PinnedEvent& event : events) {
      const Sequence sequence = event.view().sequence();
      if (sequence >= from && sequence <= through && query.matches(event.view())) found.push_back(sequence.value());
    }
    return found;
  }

  /// A sequence in the generation, or a little beside it.
  Sequence any_sequence() { return Sequence(after_.value() - 20 + random() % (events.size() + 40)); }
  [[nodiscard]] const TailGeneration& generation() const { return *tail->set()->generations.front(); }
  [[nodiscard]] Sequence after() const { return after_; }

  std::mt19937_64 random;
  std::unique_ptr<Tail> tail;
  std::vector<PinnedEvent> events;
  std::map<IdempotencyKey, KeyEntry> keys;
  std::shared_ptr<const Block> last;
  LogCounts counts;

 private:
  std::shared_ptr<const Block> seal() {
    std::vector<Commit> commits;
    for (auto count = 1 + random() % 3; count > 0; --count) commits.push_back(random_commit(random));
    return chain_.seal(commits);
  }

  void add(const std::shared_ptr<const Block>& block) {
    add_block_to_tail(*block, *tail);
    for (std::uint32_t i = 0; i < block->event_count(); ++i) {
      events.emplace_back(block, i);
      counts.streams += block->event(i).version() == Version(1) ? 1 : 0;
    }
    for (const CommitInfo& commit : block->commits()) {
      if (commit.key) keys[*commit.key] = {commit.first, commit.event_count, commit.fingerprint};
    }
    counts.blocks += 1;
    counts.commits += block->commit_count();
    last = block;
  }

  BlockChain chain_;
  Sequence after_;
};

void add_one(TailGeneration& generation, Sequence sequence, Version version, std::span<const Term> terms) {
  const std::uint32_t end[] = {static_cast<std::uint32_t>(terms.size())};
  generation.add({.first = sequence, .versions = std::span(&version, 1), .terms = terms, .terms_end = end});
}

/// An entry of the sorted file.
struct SortedEntry {
  std::string key;
  std::string value;
};

std::vector<SortedEntry> sorted_entries(const TailGeneration& generation, const Link& link, const LogCounts& before) {
  std::vector<SortedEntry> entries;
  generation.write_sorted(link, before, [&entries](std::string_view key, std::string_view value) {
    entries.push_back({std::string(key), std::string(value)});
  });
  return entries;
}

}  // namespace

TEST_CASE("generation: it finds what a plain filter over its events finds, in any range") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  Model model(seed);
  std::size_t found_in_all = 0;
  for (int round = 0; round < 2000; ++round) {
    const Query query = random_query(model.random);
    const Sequence from = model.any_sequence();
    const Sequence through = model.any_sequence();
    const auto expected = model.matches(query, from, through);
    CHECK(model.generation().find(query, from, through) == expected);
    const auto first = model.generation().find_first(query, from, through);
    CHECK(first.value_or(Sequence(0)).value() == (expected.empty() ? 0 : expected.front()));
    found_in_all += expected.size();
  }
  CHECK(found_in_all > 1000);
}

TEST_CASE("generation: a query that names a stream or a type twice finds each event once") {
  TailGeneration generation(Sequence(0));
  const Term terms[] = {make_term(TermKind::stream, "s"), make_term(TermKind::type, "T")};
  for (std::uint64_t i = 1; i <= 3; ++i) add_one(generation, Sequence(i), Version(i), terms);
  const std::vector<std::uint64_t> each_once = {1, 2, 3};
  CHECK(generation.find({{{.streams = {"s", "s"}}}}, Sequence(1), Sequence(3)) == each_once);
  CHECK(generation.find({{{.types = {"T", "U", "T"}}}}, Sequence(1), Sequence(3)) == each_once);
}

TEST_CASE("generation: heads, versions and keys are those at or below the sequence that is asked for") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  Model model(seed);
  for (int round = 0; round < 500; ++round) {
    const Sequence through = model.any_sequence();
    std::map<std::string, HeadEntry, std::less<>> heads;
    std::map<std::string, HeadEntry, std::less<>> expected;
    for (const PinnedEvent& pinned : model.events) {
      const EventView event = pinned.view();
      const Term term = make_term(TermKind::stream, event.stream());
      const bool visible = event.sequence() <= through;
      if (visible) expected[std::string(event.stream())] = {event.version(), event.sequence()};
      const auto place = model.generation().sequence_of(term, event.version(), through);
      CHECK(place.has_value() == visible);
      if (place) CHECK(*place == event.sequence());
    }
    model.generation().collect_heads("", "", through, heads);
    REQUIRE(heads.size() == expected.size());
    for (const auto& [stream, head] : expected) {
      const auto found = model.generation().stream_head(make_term(TermKind::stream, stream), through);
      REQUIRE(found);
      CHECK(found->version == head.version);
      CHECK(found->last_sequence == head.last_sequence);
      CHECK(heads.at(stream).version == head.version);
    }
    for (const auto& [key, entry] : model.keys) {
      CHECK(model.generation().key(key, through).has_value() == (entry.first <= through));
    }
  }
  CHECK(!model.generation().stream_head(make_term(TermKind::stream, "no such stream"), kSequenceMax));
  CHECK(!model.generation().stream_head(make_term(TermKind::stream, "Type1"), kSequenceMax));
}

TEST_CASE("generation: a page of streams begins with the prefix and lies behind the name given") {
  Model model(7);
  std::map<std::string, HeadEntry, std::less<>> heads;
  model.generation().collect_heads("stream-1", "stream-12", kSequenceMax, heads);
  REQUIRE(!heads.empty());
  for (const auto& [stream, head] : heads) {
    CHECK(stream.starts_with("stream-1"));
    CHECK(stream > "stream-12");
  }
}

TEST_CASE("generation: its sorted entries are strictly in key order and say exactly what it holds") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  Model model(seed);
  const LogCounts before{.blocks = 10, .commits = 20, .streams = 30};
  const auto entries = sorted_entries(model.generation(), model.last->link(), before);
  const auto not_less = [](const SortedEntry& a, const SortedEntry& b) { return a.key >= b.key; };
  CHECK(std::ranges::adjacent_find(entries, not_less) == entries.end());
  CHECK(entries.size() > 40);

  std::size_t postings = 0;
  std::size_t keys = 0;
  std::size_t checkpoints = 0;
  std::map<std::string, HeadEntry, std::less<>> heads;
  std::map<std::string, std::pair<Version, std::uint64_t>> last_of_stream;
  Chunk chunk;
  for (const SortedEntry& entry : entries) {
    const std::string_view text = std::string_view(entry.key).substr(1);
    switch (static_cast<TermKind>(entry.key.front())) {
      case TermKind::head:
        heads.emplace(text, decode_head(entry.value).value());
        break;
      case TermKind::key: {
        IdempotencyKey key;
        std::memcpy(key.bytes.data(), text.data(), 16);
        CHECK(decode_key(entry.value).value().first == model.keys.at(key).first);
        ++keys;
        break;
      }
      case TermKind::checkpoint: {
        const auto checkpoint = decode_checkpoint(entry.key, entry.value).value();
        CHECK(checkpoint.after == model.after());
        CHECK(checkpoint.through == model.last->last_sequence());
        CHECK(checkpoint.link == model.last->link());
        CHECK(checkpoint.counts == before + model.counts);
        ++checkpoints;
        break;
      }
      default: {
        const auto key = parse_chunk_key(entry.key).value();
        REQUIRE(decode_chunk(key.kind, entry.key, entry.value, chunk));
        postings += chunk.sequences.size();
        if (key.kind != TermKind::stream) break;
        const Version last = chunk.first_version.plus(chunk.sequences.size() - 1);
        last_of_stream[std::string(key.text)] = {last, chunk.sequences.back()};
      }
    }
  }
  CHECK(checkpoints == 1);
  CHECK(keys == model.keys.size());
  REQUIRE(heads.size() == last_of_stream.size());
  for (const auto& [stream, last] : last_of_stream) {
    CHECK(heads.at(stream).version == last.first);
    CHECK(heads.at(stream).last_sequence == Sequence(last.second));
  }
  std::size_t expected = 0;
  for (const PinnedEvent& pinned : model.events) {
    std::vector<std::string> tags = pinned.view().to_event().tags;
    std::ranges::sort(tags);
    tags.erase(std::ranges::unique(tags).begin(), tags.end());
    expected += 2 + tags.size() + (pinned.view().correlation_id() ? 1 : 0);
  }
  CHECK(postings == expected);
}

TEST_CASE("generation: a long list is cut into chunks of 1024, and a stream's versions go on from one to the next") {
  TailGeneration generation(Sequence(10));
  const Term terms[] = {make_term(TermKind::stream, "s"), make_term(TermKind::tag, "t"), make_term(TermKind::tag, "t")};
  constexpr std::uint64_t kEvents = 2 * kChunkSequencesMax + 1;
  for (std::uint64_t i = 1; i <= kEvents; ++i) add_one(generation, Sequence(10 + i), Version(5 + i), terms);
  std::map<char, std::vector<Chunk>> chunks;
  for (const SortedEntry& entry : sorted_entries(generation, {}, {})) {
    const auto key = parse_chunk_key(entry.key);
    if (!key) continue;
    auto& chunk = chunks[static_cast<char>(key->kind)].emplace_back();
    REQUIRE(decode_chunk(key->kind, entry.key, entry.value, chunk));
  }
  REQUIRE(chunks['s'].size() == 3);
  CHECK(chunks['s'][0].first_version == Version(6));
  CHECK(chunks['s'][1].first_version == Version(6 + kChunkSequencesMax));
  CHECK(chunks['s'][2].first_version == Version(6 + 2 * kChunkSequencesMax));
  CHECK(chunks['s'][2].sequences == std::vector<std::uint64_t>{10 + kEvents});
  CHECK(chunks['g'].size() == 3);  // a tag given twice is one posting
}

TEST_CASE("generation: the memory it says it holds grows with what it is given") {
  TailGeneration generation(Sequence(0));
  std::size_t before = generation.bytes();
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    const std::string stream = "stream-" + std::to_string(i);
    const Term terms[] = {make_term(TermKind::stream, stream), make_term(TermKind::type, "T")};
    add_one(generation, Sequence(i), Version(1), terms);
    CHECK(generation.bytes() >= before + stream.size());
    before = generation.bytes();
  }
  CHECK(generation.event_count() == 5000);
}

TEST_CASE(
    "tail: what is frozen stays, what is dropped is counted as indexed, and nothing lies between two generations") {
  Tail tail(Sequence(0), {.blocks = 1, .commits = 1, .streams = 1});
  BlockChain chain(LogId{});
  const auto add = [&] {
    add_block_to_tail(*chain.seal({{.events = {{.stream = "s", .type = "T"}, {.stream = "t", .type = "T"}}}}), tail);
  };
  tail.freeze();
  CHECK(tail.oldest_frozen() == nullptr);  // an empty one is not frozen
  add();
  tail.freeze();
  add();
  add();
  tail.freeze();
  add();
  const auto before = tail.set();
  REQUIRE(before->generations.size() == 3);
  CHECK(before->frozen_through() == Sequence(6));
  for (std::size_t i = 1; i < 3; ++i) CHECK(before->generations[i - 1]->through() == before->generations[i]->after());
  CHECK(tail.event_count() == 8);

  tail.drop_oldest();
  const auto after = tail.set();
  CHECK(after->indexed_through == Sequence(2));
  CHECK(after->indexed_counts == LogCounts{.blocks = 2, .commits = 2, .streams = 3});
  CHECK(after->generations.size() == 2);
  CHECK(before->generations.size() == 3);  // whoever looks keeps what was there
  CHECK(tail.event_count() == 6);
}
