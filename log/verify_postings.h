// One half of the full check: every entry of the postings, its form, and the sums of what they say.
//
// Threads: one at a time; another may check the blocks meanwhile. Owns: its findings; the store outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/statistics.h"
#include "log/fact_sums.h"
#include "log/postings.h"
#include "log/store.h"

namespace daybook {

/// Findings that a report lists at most.
inline constexpr std::size_t kDamageListedMax = 1000;

/// That the postings could not be read, as a finding.
[[nodiscard]] Damage postings_unreadable(const Error& error);
/// What the entry of an idempotency key is about.
[[nodiscard]] FactTerm key_fact(const IdempotencyKey& key, const Hash128& fingerprint);

class PostingsCheck {
 public:
  /// Of what the postings say through `indexed`.
  PostingsCheck(const Store& store, Sequence indexed) : store_(store), indexed_(indexed) {}

  /// Every entry of the postings: its form, its sums, and that each stream's versions are dense up to its head.
  /// False: they could not be read to their end. `closed` where `goes_on`, asked now and then, said no.
  [[nodiscard]] Result<bool> run(const std::function<bool()>& goes_on);

  // After run():
  [[nodiscard]] std::span<const Damage> damage() const { return damage_; }
  [[nodiscard]] const FactSums& sums() const { return sums_; }
  [[nodiscard]] std::uint64_t postings() const { return postings_; }

 private:
  void add_damage(Damage found);
  void damage_at(Sequence sequence, std::string message);
  void check_chunk(std::string_view key, std::string_view value, StoreIterator& heads);
  void begin_chunk(const ChunkKey& key, Version first_version, StoreIterator& heads);
  void check_key(std::string_view text, std::string_view value);
  [[nodiscard]] static bool is_head(const StoreIterator& heads);
  void finish_stream(StoreIterator& heads);
  void pass_head(StoreIterator& heads, bool of_stream);

  const Store& store_;
  const Sequence indexed_;
  std::vector<Damage> damage_;
  FactSums sums_;
  std::uint64_t postings_ = 0;
  Chunk chunk_;         ///< At hand.
  std::string stream_;  ///< Whose chunks are being read.
  HeadEntry last_;      ///< Its last event so far.
};

}  // namespace daybook
