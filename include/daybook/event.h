// What a producer appends (Event, Commit) and what a consumer gets back (EventView).
//
// Threads: values; any. Owns: an Event owns its bytes; an EventView borrows those of a Block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daybook/ids.h"
#include "daybook/query.h"

namespace daybook {

/// The content type of an event that names none.
inline constexpr std::string_view kContentTypeJson = "application/json";

/// A name and a value that the producer attaches to an event; the log stores and returns it.
struct Header {
  std::string name;   ///< UTF-8 without control characters, 1..256 B.
  std::string value;  ///< UTF-8 without control characters.
  friend bool operator==(const Header&, const Header&) = default;
};

/// An event as its producer gives it. Limits are in docs/limits.md; a name or size beyond them is refused
/// (`invalid`, `too_large`) before anything is queued.
struct Event {
  std::string stream;               ///< 1..512 B, UTF-8 without U+0000-001F and U+007F; not beginning with `$`.
  std::string type;                 ///< 1..256 B, the same rules.
  std::string data{};               ///< At most 8 MiB. The library never parses it.
  std::vector<std::string> tags{};  ///< At most 64, each 1..256 B, the same rules.
  std::string content_type{kContentTypeJson};  ///< What `data` is; not checked against it.
  std::optional<EventId> id{};                 ///< A new version-7 UUID when absent. Not checked for uniqueness.
  std::optional<Timestamp> occurred_at{};      ///< The producer's time of the fact.
  std::optional<Uuid> correlation_id{};        ///< The business transaction that this event is part of.
  std::optional<Uuid> causation_id{};          ///< The event or command that caused this one.
  std::optional<std::string> traceparent{};    ///< W3C trace context, stored as given.
  std::vector<Header> headers{};               ///< At most 32, together at most 16 KiB.
};

/// An exact expectation on a stream's version; 0 means that the stream must not exist. The stream need not be
/// one that the commit writes.
struct ExpectedVersion {
  std::string stream;  ///< Any stream, by its whole name.
  Version version;     ///< That of its last event; 0: there is none.
};

/// Refuses the commit if any event after `after` matches `query` (the dcb.events specification).
struct FailIfMatch {
  Query query;       ///< What must not have happened.
  Sequence after{};  ///< Exclusive: the last event that the decision took into account.
};

/// One atomic append: all of its events or none, in order, with contiguous sequences.
struct Commit {
  std::vector<Event> events;                 ///< 1..10,000, to at most 1,024 streams, at most 16 MiB together.
  std::vector<ExpectedVersion> expected{};   ///< With `fail_if_match`, at most 1,024.
  std::vector<FailIfMatch> fail_if_match{};  ///< No event may match any of them.
  /// Deduplicates for ever: the same key with the same events returns the first append's result, conditions
  /// unchecked; with other events it is a conflict. What "the same events" means is in docs/format.md (fingerprint).
  std::optional<IdempotencyKey> key{};
};

class Block;

/// A recorded event inside a block: a cheap handle whose accessors decode in place. Valid while its Block lives;
/// so are the string_views that it returns.
class EventView {
 public:
  EventView(const Block& block, std::uint32_t index) : block_(&block), index_(index) {}

  /// Its place in the log and in its stream.
  [[nodiscard]] Sequence sequence() const;
  [[nodiscard]] Version version() const;
  /// When the log recorded it; never decreases with the sequence.
  [[nodiscard]] Timestamp recorded_at() const;
  /// As its producer gave them; daybook fills in a missing id and content type.
  [[nodiscard]] EventId id() const;
  [[nodiscard]] std::string_view stream() const;
  [[nodiscard]] std::string_view type() const;
  [[nodiscard]] std::string_view data() const;
  [[nodiscard]] std::string_view content_type() const;
  [[nodiscard]] std::size_t tag_count() const;
  /// The tag at `index`, below tag_count().
  [[nodiscard]] std::string_view tag(std::size_t index) const;
  /// As its producer gave them; nullopt where it gave none.
  [[nodiscard]] std::optional<Timestamp> occurred_at() const;
  [[nodiscard]] std::optional<Uuid> correlation_id() const;
  [[nodiscard]] std::optional<Uuid> causation_id() const;
  /// Absent and empty are different.
  [[nodiscard]] std::optional<std::string_view> traceparent() const;
  [[nodiscard]] std::size_t header_count() const;
  /// Name and value of the header at `index`, below header_count().
  [[nodiscard]] std::pair<std::string_view, std::string_view> header(std::size_t index) const;

  /// The event as its producer could append it again: id and metadata kept, sequence, version and time left out.
  [[nodiscard]] Event to_event() const;
  [[nodiscard]] const Block& block() const { return *block_; }
  /// The event's place in its block, from 0.
  [[nodiscard]] std::uint32_t index() const { return index_; }

 private:
  const Block* block_;
  std::uint32_t index_;
};

}  // namespace daybook
