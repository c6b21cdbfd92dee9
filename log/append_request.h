// One append on its way: encoded and looked up by the thread that appends, numbered by the sequencer.
//
// Threads: the appending thread until it is queued, then the sequencer, then, where there is a completion or something
// to read, the completion thread; a blocking append's again once it is told. Owns: the commit.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "base/gong.h"
#include "daybook/log.h"
#include "log/core.h"
#include "log/term.h"
#include "schema/event_codec.h"

namespace daybook {

/// A stream that a commit writes or expects something of.
struct StreamUse {
  Term term;
  std::optional<Version> expected;
  Version known;    ///< Its version at AppendRequest::looked_up_through.
  Version version;  ///< Set by the sequencer: after this commit.
  bool written = false;
};

/// What an append came to, before it is told.
struct Verdict {
  std::optional<Error> error;
  std::optional<KeyEntry> repeat;  ///< The earlier append with this key.
  Sequence first{};                ///< Of a new commit.
  Sequence rests_on{};             ///< The verdict holds once the log is durable through here.
};

struct AppendRequest {
  enum class State : std::uint8_t { waiting, taken, abandoned };

  AppendRequest(Commit given, std::span<const EventId> ids);

  // The lists of a commit of a few events lie within it: what one thread allocates and another frees is dear.
  std::array<std::byte, 1024> first_memory;
  std::pmr::monotonic_buffer_resource memory{first_memory.data(), first_memory.size()};

  Commit commit;  ///< Key and conditions; the events have gone into `events`, and their names stand there.
  EncodedCommit events;
  Hash128 fingerprint;
  std::pmr::vector<StreamUse> streams{&memory};           ///< Distinct; those written come first.
  std::pmr::vector<std::uint32_t> event_stream{&memory};  ///< For each event its place in `streams`.
  std::pmr::vector<Uuid> correlations{&memory};           ///< Of the events that have one: their terms' texts.
  std::pmr::vector<Term> terms{&memory};                  ///< Of all events, each event's stream first.
  std::pmr::vector<std::uint32_t> terms_end{&memory};     ///< For each event the end of its terms.
  std::size_t bytes = 0;                                  ///< What it counts for in the queue.

  Sequence looked_up_through;  ///< Everything below is in `known`, `known_key` and `known_conflict`.
  std::optional<KeyEntry> known_key;
  std::optional<Error> known_conflict;  ///< A fail-if-match query that met an event at or below.

  std::chrono::steady_clock::time_point deadline;
  Completion completion;  ///< Empty for a blocking append.
  bool brief = false;     ///< The completion may run on the sequencer.
  bool new_key = false;   ///< As AppendOptions has it.
  std::atomic<State> state{State::waiting};
  Verdict verdict;
  std::pmr::vector<Version> versions{&memory};  ///< Set by the sequencer, one an event.

  // For a blocking append:
  std::shared_ptr<Gong> gong;              ///< Struck once it is told; set when it is queued.
  std::atomic<bool> told{false};           ///< From then on it is the appending thread's again.
  std::optional<Result<Appended>> result;  ///< Where more than the verdict had to be looked at.
};

/// Looks up everything that the request rests on in what no longer changes: the postings and the frozen tail.
[[nodiscard]] Result<void> look_up(Core& core, const View& view, AppendRequest& request);

/// The conflict of a fail-if-match query with the event at `sequence`.
[[nodiscard]] Error match_conflict(Sequence sequence);
/// The verdict on a request whose key is known as `entry`.
[[nodiscard]] Verdict key_verdict(const AppendRequest& request, const KeyEntry& entry);

}  // namespace daybook
