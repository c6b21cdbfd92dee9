// Commits that are a function of their name, so that whoever reads an event knows what it must be: nothing has to be
// remembered but which commits were acknowledged, and where.
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/log.h"

namespace daybook::test {

/// Names a commit: which run of the program, which of its threads, which of that thread's commits, from 0.
struct CommitName {
  std::uint32_t run = 0;
  std::uint32_t thread = 0;
  std::uint32_t number = 0;
  friend auto operator<=>(const CommitName&, const CommitName&) = default;
};

/// The commit of that name: 1..8 events to shared streams and one to the thread's own, whose version it expects; half
/// of them have a key.
[[nodiscard]] Commit make_commit(const CommitName& name);
/// The stream that only this thread of this run writes: one event a commit, so version = number + 1.
[[nodiscard]] std::string own_stream(const CommitName& name);

/// What a writer says of a commit that was acknowledged to it. Plain bytes, for a pipe.
struct Acknowledgement {
  CommitName name;
  std::uint32_t repeated = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Checks events in order, from any point on. Returns what is wrong with one, or nothing.
class Reader {
 public:
  /// Begins behind `after`; stream versions are checked only from the log's beginning on.
  explicit Reader(Sequence after) : sequence_(after), from_beginning_(after == Sequence(0)) {}

  /// The next event: dense sequence and version, recorded time not before the last, and the bytes of its commit.
  [[nodiscard]] std::string take(const EventView& event);
  /// Whether the last commit taken is whole; the log's head stands at the end of one.
  [[nodiscard]] bool at_commit_end() const { return left_in_commit_ == 0; }
  [[nodiscard]] Sequence sequence() const { return sequence_; }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& versions() const { return versions_; }
  /// Where each commit begins, of those taken.
  [[nodiscard]] const std::map<CommitName, Sequence>& commits() const { return commits_; }

 private:
  [[nodiscard]] std::string take_in_commit(const EventView& event);

  Sequence sequence_;
  bool from_beginning_;
  Timestamp recorded_at_{};
  std::map<std::string, std::uint64_t> versions_;
  std::map<CommitName, Sequence> commits_;
  std::optional<CommitName> commit_name_;
  std::vector<Event> commit_events_;
  std::size_t left_in_commit_ = 0;
};

/// Reads `log` from behind `reader` through the head; what is wrong, or nothing.
[[nodiscard]] std::string read_on(Log& log, Reader& reader);

/// One line an event, with everything that a consumer can see of it.
[[nodiscard]] std::string line_of(const EventView& event);

/// 64 bits of a counter, well mixed (splitmix64).
[[nodiscard]] std::uint64_t mixed(std::uint64_t value);

}  // namespace daybook::test
