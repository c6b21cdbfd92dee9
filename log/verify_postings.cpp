// A stream's chunks come in the order of its versions, and streams in the order of their heads: so one pass with two
// iterators compares all three.
#include "log/verify_postings.h"

#include <cstring>
#include <utility>

namespace daybook {
namespace {

constexpr std::uint64_t kStepsBetween = 256;

}  // namespace

Damage postings_unreadable(const Error& error) {
  return {.sequence = Sequence(0),
          .file = table_file_in(error.message).value_or("log"),
          .message = "the postings cannot be read: " + error.message,
          .part = DamagedPart::postings};
}

FactTerm key_fact(const IdempotencyKey& key, const Hash128& fingerprint) {
  std::string text(text_of(key));
  text.append(reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size());
  return fact_term(TermKind::key, text);
}

void PostingsCheck::add_damage(Damage found) {
  if (damage_.size() < kDamageListedMax) damage_.push_back(std::move(found));
}

void PostingsCheck::damage_at(Sequence sequence, std::string message) {
  add_damage({.sequence = sequence, .file = "log", .message = std::move(message), .part = DamagedPart::postings});
}

Result<bool> PostingsCheck::run(const std::function<bool()>& goes_on) {
  StoreIterator at = store_.iterate(Family::postings, false, false);
  StoreIterator heads = store_.iterate(Family::postings, false, false);
  heads.seek(head_key(""));
  std::uint64_t steps = 0;
  for (at.seek(""); at.valid(); at.next()) {
    switch (static_cast<TermKind>(at.key().empty() ? '\0' : at.key().front())) {
      case TermKind::head:
      case TermKind::checkpoint:
        break;  // heads are walked beside the streams; checkpoints were compared when the index was opened
      case TermKind::key:
        check_key(at.key().substr(1), at.value());
        break;
      default:
        check_chunk(at.key(), at.value(), heads);
    }
    if (++steps % kStepsBetween == 0 && !goes_on()) return fail(Code::closed, "the check of the postings was stopped");
  }
  if (auto ok = at.status(); !ok) {
    // What else is missing follows from it, and would only be repeated for every stream.
    add_damage(postings_unreadable(ok.error()));
    return false;
  }
  finish_stream(heads);
  while (is_head(heads)) pass_head(heads, false);
  return true;
}

void PostingsCheck::check_chunk(std::string_view key, std::string_view value, StoreIterator& heads) {
  const auto parsed = parse_chunk_key(key);
  Chunk& chunk = chunk_;
  if (!parsed || !decode_chunk(parsed->kind, key, value, chunk)) {
    damage_at(Sequence(0), "an entry of the postings is malformed");
    return;
  }
  const bool is_stream = parsed->kind == TermKind::stream;
  if (is_stream) begin_chunk(*parsed, chunk.first_version, heads);
  const FactTerm term = fact_term(parsed->kind, parsed->text);
  Version version = chunk.first_version;
  for (const std::uint64_t sequence : chunk.sequences) {
    if (sequence > indexed_.value()) return;  // written since: the tail has it too
    ++postings_;
    sums_.add(term, Sequence(sequence), is_stream ? version.value() : 0);
    if (is_stream) last_ = {version, Sequence(sequence)};
    version = version.next();
  }
}

void PostingsCheck::begin_chunk(const ChunkKey& key, Version first_version, StoreIterator& heads) {
  if (key.text != stream_) {
    finish_stream(heads);
    stream_ = key.text;
  }
  if (key.first <= indexed_ && first_version != last_.version.next()) {
    damage_at(key.first, "the stream " + stream_ + " goes on with version " + std::to_string(first_version.value()) +
                             " after " + std::to_string(last_.version.value()));
  }
}

bool PostingsCheck::is_head(const StoreIterator& heads) {
  return heads.valid() && heads.key().starts_with(static_cast<char>(TermKind::head));
}

/// Compares the stream that ended with its head.
void PostingsCheck::finish_stream(StoreIterator& heads) {
  if (last_.version == Version(0)) return;
  while (is_head(heads) && heads.key().substr(1) < stream_) pass_head(heads, false);
  if (is_head(heads) && heads.key().substr(1) == stream_) {
    pass_head(heads, true);
  } else {
    damage_at(last_.last_sequence, "the stream " + stream_ + " has no head");
  }
  last_ = {};
}

void PostingsCheck::pass_head(StoreIterator& heads, bool of_stream) {
  const auto head = decode_head(heads.value());
  const std::string name(heads.key().substr(1));
  // A head that was written since the check began is ahead of what is compared.
  const bool since = head && head->last_sequence > indexed_;
  const bool right =
      head && (since ? !of_stream || head->version > last_.version
                     : of_stream && head->version == last_.version && head->last_sequence == last_.last_sequence);
  if (!right)
    damage_at(head ? head->last_sequence : Sequence(0), "the head of the stream " + name + " is not its last event");
  heads.next();
}

void PostingsCheck::check_key(std::string_view text, std::string_view value) {
  const auto entry = decode_key(value);
  if (!entry || text.size() != 16) {
    damage_at(Sequence(0), "the entry of an idempotency key is malformed");
    return;
  }
  if (entry->first > indexed_) return;
  IdempotencyKey key;
  std::memcpy(key.bytes.data(), text.data(), text.size());
  sums_.add(key_fact(key, entry->fingerprint), entry->first, entry->event_count);
}

}  // namespace daybook
