// The bytes of the postings family: what is encoded is decoded, keys sort as the index needs it, and malformed bytes
// are refused.
#include <algorithm>

#include <doctest/doctest.h>

#include "base/bytes.h"
#include "log/postings.h"
#include "tests/log/seed.h"

using namespace daybook;
using namespace daybook::test;

namespace {

constexpr std::uint64_t kMax = kSequenceMax.value();

std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (auto bytes = 1 + random() % 12; bytes > 0; --bytes) text.push_back(static_cast<char>(0x20 + random() % 0xe0));
  return text;
}

std::vector<std::uint64_t> random_sequences(std::mt19937_64& random) {
  std::vector<std::uint64_t> sequences{1 + random() % 1'000'000};
  for (auto count = random() % kChunkSequencesMax; count > 0; --count) {
    sequences.push_back(sequences.back() + 1 + (random() % 8 == 0 ? random() % 10'000'000 : random() % 3));
  }
  return sequences;
}

std::string random_bytes(std::mt19937_64& random, std::size_t most) {
  std::string bytes;
  for (auto count = random() % (most + 1); count > 0; --count) bytes.push_back(static_cast<char>(random()));
  return bytes;
}

/// Whether `chunk` is what a decoder may let through: 1..1024 sequences, strictly increasing, none 0 or over 48 bits.
bool is_sound(const Chunk& chunk) {
  return !chunk.sequences.empty() && chunk.sequences.size() <= kChunkSequencesMax && chunk.sequences.front() >= 1 &&
         chunk.sequences.back() <= kMax &&
         std::ranges::adjacent_find(chunk.sequences, std::ranges::greater_equal{}) == chunk.sequences.end();
}

}  // namespace

TEST_CASE("postings: chunks come back, a stream's with the version of its first event") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  Chunk chunk;
  for (int round = 0; round < 500; ++round) {
    const TermKind kind = one_of(random, std::array{TermKind::stream, TermKind::type, TermKind::tag});
    const auto sequences = random_sequences(random);
    const Version version(1 + random() % 100'000);
    const std::string text = random_text(random);
    const std::string key = chunk_key(kind, text, Sequence(sequences.front()));
    REQUIRE(decode_chunk(kind, key, encode_chunk(kind, sequences, version), chunk));
    CHECK(chunk.sequences == sequences);
    if (kind == TermKind::stream) CHECK(chunk.first_version == version);
    const auto parsed = parse_chunk_key(key);
    REQUIRE(parsed);
    CHECK(parsed->kind == kind);
    CHECK(parsed->text == text);
    CHECK(parsed->first == Sequence(sequences.front()));
  }
}

TEST_CASE("postings: heads, keys and checkpoints come back at the bounds of their numbers") {
  for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, kMax}) {
    const auto head = decode_head(encode_head({Version(number), Sequence(number)}));
    REQUIRE(head);
    CHECK(head->version == Version(number));
    CHECK(head->last_sequence == Sequence(number));

    const KeyEntry entry{Sequence(number), number == kMax ? 1u : 10'000u, Hash128{1, 2, 3}};
    const auto key = decode_key(encode_key(entry));
    REQUIRE(key);
    CHECK(key->first == entry.first);
    CHECK(key->event_count == entry.event_count);
    CHECK(key->fingerprint == entry.fingerprint);

    const IndexCheckpoint checkpoint{Sequence(number - 1), Sequence(number), Link{{9}}, {number, number, number}};
    const auto again = decode_checkpoint(checkpoint_key(checkpoint.through), encode_checkpoint(checkpoint));
    REQUIRE(again);
    CHECK(again->after == checkpoint.after);
    CHECK(again->through == checkpoint.through);
    CHECK(again->link == checkpoint.link);
    CHECK(again->counts == checkpoint.counts);
  }
}

TEST_CASE("postings: a term's chunks lie together in the order of their sequences, whatever the texts are") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  std::vector<std::pair<std::string, std::uint64_t>> terms;
  for (int i = 0; i < 300; ++i) terms.emplace_back(random_text(random), 1 + random() % kMax);
  terms.emplace_back("a", 1);
  terms.emplace_back("aa", 1);  // the shorter text comes first: the zero byte is below all that a name may hold
  terms.emplace_back("a\xff", 1);
  std::vector<std::string> keys;
  for (const auto& [text, first] : terms) keys.push_back(chunk_key(TermKind::stream, text, Sequence(first)));
  std::ranges::sort(terms);
  std::ranges::sort(keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto parsed = parse_chunk_key(keys[i]);
    REQUIRE(parsed);
    CHECK(parsed->text == terms[i].first);
    CHECK(parsed->first == Sequence(terms[i].second));
    CHECK(keys[i].starts_with(term_prefix(TermKind::stream, parsed->text)));
  }
}

TEST_CASE("postings: no key of one kind is a key of another") {
  Uuid uuid;
  uuid.bytes.fill('x');
  const std::string keys[] = {chunk_key(TermKind::stream, "x", Sequence(1)),
                              chunk_key(TermKind::type, "x", Sequence(1)),
                              chunk_key(TermKind::tag, "x", Sequence(1)),
                              chunk_key(TermKind::correlation, text_of(uuid), Sequence(1)),
                              head_key("x"),
                              idempotency_key(uuid),
                              checkpoint_key(Sequence(1))};
  for (const std::string& a : keys) {
    CHECK(std::ranges::count_if(keys, [&](const std::string& b) { return a.front() == b.front(); }) == 1);
    CHECK(parse_chunk_key(a).has_value() == (&a < &keys[4]));
  }
}

TEST_CASE("postings: a value that is cut off or goes on is refused") {
  const std::vector<std::uint64_t> sequences = {5, 300, 70'000};
  const std::string key = chunk_key(TermKind::stream, "s", Sequence(5));
  const std::string head = encode_head({Version(300), Sequence(70'000)});
  const std::string entry = encode_key({Sequence(70'000), 300, {}});
  const std::string checkpoint = encode_checkpoint({Sequence(300), Sequence(400), {}, {300, 300, 300}});
  for (std::size_t length = 0; length < head.size(); ++length) CHECK(!decode_head(head.substr(0, length)));
  for (std::size_t length = 0; length < entry.size(); ++length) CHECK(!decode_key(entry.substr(0, length)));
  for (std::size_t length = 0; length < checkpoint.size(); ++length) {
    CHECK(!decode_checkpoint(checkpoint_key(Sequence(400)), checkpoint.substr(0, length)));
  }
  CHECK(!decode_head(head + '\0'));
  CHECK(!decode_key(entry + '\0'));
  CHECK(!decode_checkpoint(checkpoint_key(Sequence(400)), checkpoint + '\0'));
  CHECK(!decode_checkpoint("c", checkpoint));

  Chunk chunk;
  CHECK(!decode_chunk(TermKind::stream, key, "", chunk));                                   // no version
  CHECK(!decode_chunk(TermKind::stream, key, std::string(1, '\0'), chunk));                 // version 0
  CHECK(!decode_chunk(TermKind::type, key, std::string(1, '\0'), chunk));                   // a delta of 0
  CHECK(!decode_chunk(TermKind::type, key, "\x80", chunk));                                 // half a number
  CHECK(!decode_chunk(TermKind::type, key, std::string(kChunkSequencesMax, '\1'), chunk));  // one too many
  CHECK(decode_chunk(TermKind::type, key, std::string(kChunkSequencesMax - 1, '\1'), chunk));
  CHECK(!decode_chunk(TermKind::type, "t", "", chunk));                                               // no sequence
  CHECK(!decode_chunk(TermKind::type, chunk_key(TermKind::type, "s", Sequence(kMax)), "\1", chunk));  // beyond 2^48
}

TEST_CASE("postings: entries that no log can have are refused, however well they are spelled") {
  const auto value = [](std::initializer_list<std::uint64_t> numbers, std::size_t before = 0) {
    std::string bytes(before, 'x');
    for (const std::uint64_t number : numbers) append_varint(bytes, number);
    return bytes;
  };
  CHECK(decode_head(value({3, 3})));
  CHECK(!decode_head(value({4, 3})));  // more versions than sequences
  CHECK(decode_key(value({kMax, 1}, 16)));
  CHECK(!decode_key(value({kMax, 2}, 16)));  // its last event is beyond 2^48
  CHECK(!decode_key(value({0, 1}, 16)));     // an event 0
  const std::string key = checkpoint_key(Sequence(7));
  CHECK(decode_checkpoint(key, value({6, 1, 1, 1}, 16)));
  CHECK(!decode_checkpoint(key, value({7, 1, 1, 1}, 16)));  // of nothing
  CHECK(!decode_checkpoint(checkpoint_key(Sequence(kMax + 1)), value({7, 1, 1, 1}, 16)));
  CHECK(!decode_checkpoint("x" + key.substr(1), value({6, 1, 1, 1}, 16)));
}

TEST_CASE("postings: no bytes at all make a decoder give what no encoder wrote") {
  const std::uint64_t seed = random_seed();
  INFO(replay_of(seed));
  std::mt19937_64 random(seed);
  Chunk chunk;
  for (int round = 0; round < 200'000; ++round) {
    const TermKind kind = random() % 2 == 0 ? TermKind::stream : TermKind::tag;
    const Sequence first(random() % 4 == 0 ? random() : 1 + random() % 1000);
    std::string value = random_bytes(random, 24);
    if (random() % 2 == 0) append_varint(value, random());
    if (random() % 2 == 0) append_varint(value, ~std::uint64_t{0} - random() % 2000);  // sums that wrap around
    const std::string key = chunk_key(kind, "x", first);
    if (decode_chunk(kind, key, value, chunk)) CHECK(is_sound(chunk));
    static_cast<void>(decode_head(value));
    static_cast<void>(decode_key(value));
    static_cast<void>(decode_checkpoint(checkpoint_key(first), value));
    static_cast<void>(parse_chunk_key(value));
  }
}

TEST_CASE("varint: every number comes back, in as few bytes as it needs; longer than 64 bits is refused") {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t number : {std::uint64_t{1} << shift, (std::uint64_t{1} << shift) - 1, ~std::uint64_t{0}}) {
      std::string bytes;
      append_varint(bytes, number);
      CHECK(bytes.size() <= 10);
      std::string_view rest = bytes;
      CHECK(take_varint(rest) == number);
      CHECK(rest.empty());
    }
  }
  std::string_view too_long = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";
  CHECK(!take_varint(too_long));
  for (const std::string_view padded : {std::string_view("\x80\x00", 2), std::string_view("\xff\x80\x00", 3)}) {
    std::string_view rest = padded;  // a number that ends in zeros has another spelling
    CHECK(!take_varint(rest));
  }
  std::string_view endless = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00";
  CHECK(!take_varint(endless));
}
