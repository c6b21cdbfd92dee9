// The log as a list in memory, with the plain meaning of each condition and query: what the real one is compared with.
//
// Threads: one at a time. Owns: every event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/event.h"
#include "daybook/ids.h"
#include "daybook/log.h"
#include "daybook/query.h"
#include "daybook/result.h"

namespace daybook::simulation {

/// A commit as it was given, with a number of its own.
struct Submitted {
  std::uint64_t number = 0;
  Commit commit;
};
using SubmittedPtr = std::shared_ptr<const Submitted>;

/// An event of the model.
struct ModelEvent {
  SubmittedPtr commit;
  std::size_t place = 0;  ///< In its commit.
  Version version;
  Timestamp recorded_at{};  ///< As the log said; Link too.
  Link link;
  [[nodiscard]] const Event& event() const { return commit->commit.events[place]; }
};

/// What an append comes to, by the model.
struct Expectation {
  enum class Kind : std::uint8_t { appended, repeated, key_conflict, version_conflict, match_conflict };
  Kind kind = Kind::appended;
  Appended appended;  ///< Of `appended` and `repeated`.
};

class Model {
 public:
  [[nodiscard]] Sequence head() const { return Sequence(events_.size()); }
  /// The event at `sequence`, which is from 1 to head().
  [[nodiscard]] const ModelEvent& at(Sequence sequence) const { return events_[sequence.value() - 1]; }
  [[nodiscard]] ModelEvent& at(Sequence sequence) { return events_[sequence.value() - 1]; }

  [[nodiscard]] Expectation expect(const Commit& commit) const;
  /// Appends it, conditions unchecked.
  void append(const SubmittedPtr& commit);
  /// Forgets everything behind `head`, which is the last event of a commit.
  void truncate(Sequence head);

  /// "" where `error` is a refusal that holds: its conflict is one of those that `commit` has.
  [[nodiscard]] std::string check_conflict(const Commit& commit, const Error& error) const;
  /// The sequences from `from` through `through` whose events match, ascending.
  [[nodiscard]] std::vector<std::uint64_t> find(const Query& query, Sequence from, Sequence through) const;
  /// Each stream's last version and sequence, by name.
  [[nodiscard]] const std::map<std::string, StreamHead>& streams() const { return streams_; }
  /// A commit with a key, by chance; nullptr where there is none. And the sequence that it begins with.
  [[nodiscard]] std::optional<Sequence> keyed(std::uint64_t chance) const;
  [[nodiscard]] std::size_t commit_count() const { return commits_.size(); }

 private:
  [[nodiscard]] Version version_of(const std::string& stream) const;
  [[nodiscard]] Appended appended_at(Sequence first, const Commit& commit) const;

  std::vector<ModelEvent> events_;
  std::vector<SubmittedPtr> commits_;
  std::map<std::string, StreamHead> streams_;
  std::map<IdempotencyKey, Sequence> keys_;  ///< To the first event.
};

/// Whether a query selects an event; written anew, so that both would have to be wrong.
[[nodiscard]] bool matches(const Query& query, const Event& event);

}  // namespace daybook::simulation
