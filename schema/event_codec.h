// Events to bytes: the unframed Cap'n Proto message of an event, and the fingerprint of a commit.
//
// Threads: any. Owns: EncodedCommit owns the words of its events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "daybook/event.h"
#include "daybook/ids.h"
#include "schema/hash.h"

namespace daybook {

/// Where an event's version stands in its words: behind the root pointer, as the first data word.
inline constexpr std::size_t kEventVersionWord = 1;

/// A commit's events as they will be stored, one after the other, built by the appending thread. Only their versions
/// are still 0.
class EncodedCommit {
 public:
  /// Encodes `events`, giving those without an id the next of `ids` (as many as events lack one).
  EncodedCommit(std::span<const Event> events, std::span<const EventId> ids);

  [[nodiscard]] std::size_t event_count() const { return ends_.size(); }
  [[nodiscard]] std::span<const std::uint64_t> event_words(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return {words_.get() + begin, ends_[index] - begin};
  }
  [[nodiscard]] std::size_t word_count() const { return ends_.empty() ? 0 : ends_.back(); }

 private:
  std::unique_ptr<std::uint64_t[]> words_;
  std::vector<std::size_t> ends_;  ///< In words.
};

/// The words that encoding `event` takes, exactly.
[[nodiscard]] std::size_t encoded_words(const Event& event);

/// XXH3-128 over what the producer gave: docs/format.md, Fingerprint.
[[nodiscard]] Hash128 fingerprint_of(std::span<const Event> events);

/// Of Cap'n Proto, which does the encoding.
[[nodiscard]] std::string capnproto_version();

}  // namespace daybook
