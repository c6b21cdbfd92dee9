// Terms: what the index knows events by. A term is a kind and a text; its key in the postings family begins with both.
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "schema/hash.h"

namespace daybook {

/// The kind byte of a key in the postings family (docs/format.md).
enum class TermKind : char {
  stream = 's',
  type = 't',
  tag = 'g',
  correlation = 'r',  ///< Sixteen bytes instead of a text.
  head = 'h',         ///< Stream heads: one entry a stream, no list.
  key = 'k',          ///< Idempotency keys: one entry a key, no list.
  checkpoint = 'c',   ///< What the index covers.
};

/// Whether a kind's text is closed by a zero byte (the sixteen-byte kinds need none).
[[nodiscard]] constexpr bool is_text(TermKind kind) {
  return kind == TermKind::stream || kind == TermKind::type || kind == TermKind::tag;
}

/// A term with its hash. The text is borrowed.
struct Term {
  TermKind kind;
  std::string_view text;
  std::uint64_t hash;
};

[[nodiscard]] inline Term make_term(TermKind kind, std::string_view text) {
  // The kind is mixed in so that a stream and a type of one name do not share a slot.
  return {kind, text, hash64(text) ^ (static_cast<std::uint64_t>(kind) * 0x9e3779b97f4a7c15ull)};
}

/// A UUID's bytes as a term's text.
[[nodiscard]] inline std::string_view text_of(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

/// What the index keeps of an idempotency key.
struct KeyEntry {
  Sequence first;
  std::uint32_t event_count = 0;
  Hash128 fingerprint{};
};

/// What the index keeps of a stream.
struct HeadEntry {
  Version version;
  Sequence last_sequence;
};

}  // namespace daybook
