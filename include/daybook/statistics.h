// What a log says of itself: counts, and the findings of a full check.
//
// Threads: values; any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daybook/ids.h"

namespace daybook {

/// What recovery did when the log was last opened for writing, or what a writer would have to do.
enum class Recovered : std::uint8_t {
  clean,     ///< The last writer closed it, or this is its first.
  replayed,  ///< The last writer did not close it; nothing was lost.
  cut,       ///< A damaged, never acknowledged end was cut off; its bytes are in DIR/lost/.
};

/// A snapshot of counts. Exact as of `head`.
struct Statistics {
  std::uint64_t events = 0;                ///< Recorded; equals the head, since sequences are dense.
  Sequence head;                           ///< The last sequence that readers see.
  std::uint64_t streams = 0;               ///< With at least one event.
  std::uint64_t commits = 0;               ///< Atomic appends.
  std::uint64_t blocks = 0;                ///< Stored values that hold them.
  std::uint64_t bytes_on_disk = 0;         ///< Of every file under the directory.
  Sequence indexed_through;                ///< Events up to here have their postings on disk.
  LogId log_id;                            ///< Made when the log was created.
  std::uint32_t format_version = 0;        ///< Of the bytes on disk (docs/format.md).
  Recovered recovered = Recovered::clean;  ///< What the last open for writing found.
};

/// The name as printed: `clean`, `replayed` or `cut`.
[[nodiscard]] std::string_view to_string(Recovered recovered);

/// What a finding concerns, which decides what can make it good.
enum class DamagedPart : std::uint8_t {
  events,      ///< Blocks: what is gone is gone, unless somebody has a copy.
  end,         ///< HEAD, FORMAT, or what lies behind the last readable event.
  postings,    ///< The index: it is made again from the events.
  projection,  ///< A projection's state: it is made again from the events.
};

/// The name as printed: `events`, `end`, `postings` or `projection`.
[[nodiscard]] std::string_view to_string(DamagedPart part);

/// One thing that is wrong.
struct Damage {
  Sequence sequence;                       ///< The first event concerned; 0 where none can be named.
  std::string file;                        ///< Relative to the log's directory; empty where none can be named.
  std::string message;                     ///< What is wrong, in one line.
  DamagedPart part = DamagedPart::events;  ///< What it concerns.
};

/// How much Log::verify() compares.
enum class VerifyScope : std::uint8_t {
  everything,  ///< All of it.
  quick,       ///< Links, chains, places and HEAD; neither versions nor postings.
};

/// The outcome of Log::verify().
struct VerifyReport {
  std::uint64_t blocks = 0;    ///< Read and checked against link and chain.
  std::uint64_t commits = 0;   ///< Found in them.
  std::uint64_t events = 0;    ///< Found in them, with dense sequences and versions.
  std::uint64_t postings = 0;  ///< Compared with the events.
  std::vector<Damage> damage;  ///< Empty: clean. At most 1,000 are listed.
  /// Whether nothing is wrong.
  [[nodiscard]] bool clean() const { return damage.empty(); }
};

}  // namespace daybook
