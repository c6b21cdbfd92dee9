// Chunks are deltas: the first sequence stands in the key, where the seek needs it, and is not repeated in the value.
#include "log/postings.h"

#include "base/bytes.h"
#include "base/check.h"

namespace daybook {
namespace {

constexpr std::size_t kUuidBytes = 16;

std::string_view bytes_of(const std::array<std::uint8_t, 16>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void copy_to(std::array<std::uint8_t, 16>& out, std::string_view bytes) {
  std::memcpy(out.data(), bytes.data(), 16);
}

std::string with_kind(TermKind kind, std::string_view text, std::size_t reserve) {
  std::string key;
  key.reserve(1 + text.size() + reserve);
  key.push_back(static_cast<char>(kind));
  key.append(text);
  return key;
}

}  // namespace

std::string term_prefix(TermKind kind, std::string_view text) {
  std::string key = with_kind(kind, text, 1 + 8);
  if (is_text(kind)) key.push_back('\0');
  return key;
}

std::string chunk_key(TermKind kind, std::string_view text, Sequence first) {
  std::string key = term_prefix(kind, text);
  append_be64(key, first.value());
  return key;
}

std::string head_key(std::string_view stream) {
  return with_kind(TermKind::head, stream, 0);
}

std::string idempotency_key(const IdempotencyKey& key) {
  return with_kind(TermKind::key, text_of(key), 0);
}

std::string checkpoint_key(Sequence through) {
  std::string key = with_kind(TermKind::checkpoint, {}, 8);
  append_be64(key, through.value());
  return key;
}

std::string encode_chunk(TermKind kind, const std::vector<std::uint64_t>& sequences, Version first_version) {
  DAYBOOK_CHECK(!sequences.empty() && sequences.size() <= kChunkSequencesMax, "a chunk has 1..1024 sequences");
  std::string value;
  if (kind == TermKind::stream) append_varint(value, first_version.value());
  for (std::size_t i = 1; i < sequences.size(); ++i) append_varint(value, sequences[i] - sequences[i - 1]);
  return value;
}

bool decode_chunk(TermKind kind, std::string_view key, std::string_view value, Chunk& into) {
  if (key.size() < 9) return false;
  into.sequences.clear();
  into.sequences.push_back(load_be64(key.data() + key.size() - 8));
  if (kind == TermKind::stream) {
    const auto version = take_varint(value);
    if (!version || *version == 0) return false;
    into.first_version = Version(*version);
  }
  if (into.sequences.back() == 0 || into.sequences.back() > kSequenceMax.value()) return false;
  while (!value.empty()) {
    const auto delta = take_varint(value);
    if (!delta || *delta == 0 || into.sequences.size() == kChunkSequencesMax) return false;
    if (*delta > kSequenceMax.value() - into.sequences.back()) return false;
    into.sequences.push_back(into.sequences.back() + *delta);
  }
  return true;
}

std::string encode_head(const HeadEntry& head) {
  std::string value;
  append_varint(value, head.version.value());
  append_varint(value, head.last_sequence.value());
  return value;
}

std::optional<HeadEntry> decode_head(std::string_view value) {
  const auto version = take_varint(value);
  const auto last = version ? take_varint(value) : std::nullopt;
  // Every version has a sequence of its own.
  if (!last || !value.empty() || *version == 0 || *version > *last || *last > kSequenceMax.value()) return std::nullopt;
  return HeadEntry{Version(*version), Sequence(*last)};
}

std::string encode_key(const KeyEntry& entry) {
  std::string value(bytes_of(entry.fingerprint));
  append_varint(value, entry.first.value());
  append_varint(value, entry.event_count);
  return value;
}

std::optional<KeyEntry> decode_key(std::string_view value) {
  if (value.size() < kUuidBytes) return std::nullopt;
  KeyEntry entry;
  copy_to(entry.fingerprint, value);
  value.remove_prefix(kUuidBytes);
  const auto first = take_varint(value);
  const auto count = first ? take_varint(value) : std::nullopt;
  if (!count || !value.empty() || *count == 0 || *count > UINT32_MAX) return std::nullopt;
  if (*first == 0 || *first > kSequenceMax.value() - (*count - 1)) return std::nullopt;
  entry.first = Sequence(*first);
  entry.event_count = static_cast<std::uint32_t>(*count);
  return entry;
}

std::string encode_checkpoint(const IndexCheckpoint& checkpoint) {
  std::string value(bytes_of(checkpoint.link.bytes));
  append_varint(value, checkpoint.after.value());
  append_varint(value, checkpoint.counts.blocks);
  append_varint(value, checkpoint.counts.commits);
  append_varint(value, checkpoint.counts.streams);
  return value;
}

std::optional<IndexCheckpoint> decode_checkpoint(std::string_view key, std::string_view value) {
  if (key.size() != 9 || key.front() != static_cast<char>(TermKind::checkpoint)) return std::nullopt;
  if (value.size() < kUuidBytes) return std::nullopt;
  IndexCheckpoint checkpoint;
  checkpoint.through = Sequence(load_be64(key.data() + 1));
  copy_to(checkpoint.link.bytes, value);
  value.remove_prefix(kUuidBytes);
  std::uint64_t numbers[4];
  for (std::uint64_t& number : numbers) {
    const auto taken = take_varint(value);
    if (!taken) return std::nullopt;
    number = *taken;
  }
  if (!value.empty()) return std::nullopt;
  checkpoint.after = Sequence(numbers[0]);
  if (checkpoint.after >= checkpoint.through || checkpoint.through > kSequenceMax) return std::nullopt;
  checkpoint.counts = {.blocks = numbers[1], .commits = numbers[2], .streams = numbers[3]};
  return checkpoint;
}

std::optional<ChunkKey> parse_chunk_key(std::string_view key) {
  if (key.size() < 1 + 8 + 1) return std::nullopt;
  const auto kind = static_cast<TermKind>(key.front());
  std::string_view text = key.substr(1, key.size() - 9);
  if (is_text(kind)) {
    if (text.empty() || text.back() != '\0') return std::nullopt;
    text.remove_suffix(1);
  } else if (kind != TermKind::correlation || text.size() != kUuidBytes) {
    return std::nullopt;
  }
  return ChunkKey{kind, text, Sequence(load_be64(key.data() + key.size() - 8))};
}

}  // namespace daybook
