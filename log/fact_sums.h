// Facts of the index, added up: what blocks and postings say is compared by sums, a bucket of a million sequences each.
//
// Threads: one at a time. Owns: its sums, 32 bytes a bucket.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "log/term.h"
#include "schema/hash.h"

namespace daybook {

/// Sequences in a bucket.
inline constexpr std::uint64_t kBucketSequences = 1'000'000;

/// A sum of 128-bit hashes, modulo 2^64 in each half: it does not depend on the order.
struct FactSum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t count = 0;
  friend bool operator==(const FactSum&, const FactSum&) = default;
};

/// What a fact is about, hashed: once for all facts of a term.
struct FactTerm {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

[[nodiscard]] inline FactTerm fact_term(TermKind kind, std::string_view text) {
  const Hash128 hash = hash128(text);
  const std::uint64_t mark = static_cast<std::uint64_t>(kind) * 0x9e3779b97f4a7c15;
  return {load_be64(hash.data()) ^ mark, load_be64(hash.data() + 8) + mark};
}

class FactSums {
 public:
  /// Adds the fact that the term stands at `sequence`; `number` is a stream's version, or a commit's events.
  void add(const FactTerm& term, Sequence sequence, std::uint64_t number) {
    const std::uint64_t bucket = sequence.value() / kBucketSequences;
    if (bucket >= by_bucket_.size()) by_bucket_.resize(bucket + 1);
    FactSum& sum = by_bucket_[bucket];
    const std::uint64_t place = sequence.value() * 0xd6e8feb86659fd93 + number * 0xa0761d6478bd642f;
    const std::uint64_t low = mixed(term.low ^ place);
    sum.low += low;
    sum.high += mixed(term.high ^ low);
    ++sum.count;
  }
  /// The sum of one bucket; of an empty one zeros.
  [[nodiscard]] FactSum of(std::uint64_t bucket) const {
    return bucket < by_bucket_.size() ? by_bucket_[bucket] : FactSum{};
  }

 private:
  /// The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit of the number changes half of the others.
  [[nodiscard]] static std::uint64_t mixed(std::uint64_t number) {
    number = (number ^ number >> 33) * 0xff51afd7ed558ccd;
    number = (number ^ number >> 33) * 0xc4ceb9fe1a85ec53;
    return number ^ number >> 33;
  }

  std::vector<FactSum> by_bucket_;
};

}  // namespace daybook
