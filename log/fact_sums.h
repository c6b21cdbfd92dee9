// Facts of the index, added up: what blocks and postings say is compared by sums, a bucket of a million sequences each.
//
// Threads: one at a time. Owns: its sums, 32 bytes a bucket.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

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

class FactSums {
 public:
  /// Adds the fact that the term stands at `sequence`; `number` is a stream's version, or a commit's events.
  void add(TermKind kind, std::string_view text, Sequence sequence, std::uint64_t number) {
    bytes_.resize(kFactBytes + text.size());
    bytes_[0] = static_cast<char>(kind);
    store_be64(bytes_.data() + 1, sequence.value());
    store_be64(bytes_.data() + 9, number);
    text.copy(bytes_.data() + kFactBytes, text.size());
    const Hash128 hash = hash128(bytes_);
    const std::uint64_t bucket = sequence.value() / kBucketSequences;
    if (last_ == nullptr || bucket != last_bucket_) {  // mostly it is the bucket of the one before
      last_ = &by_bucket_[bucket];
      last_bucket_ = bucket;
    }
    FactSum& sum = *last_;
    sum.high += load_be64(hash.data());
    sum.low += load_be64(hash.data() + 8);
    ++sum.count;
  }
  /// The sum of one bucket; of an empty one zeros.
  [[nodiscard]] FactSum of(std::uint64_t bucket) const {
    const auto found = by_bucket_.find(bucket);
    return found == by_bucket_.end() ? FactSum{} : found->second;
  }

 private:
  static constexpr std::size_t kFactBytes = 1 + 8 + 8;  ///< Of a fact, before its text.

  std::map<std::uint64_t, FactSum> by_bucket_;
  FactSum* last_ = nullptr;
  std::uint64_t last_bucket_ = 0;
  std::string bytes_;
};

}  // namespace daybook
