// Where the log keeps an event, and what leads to it: for a person who looks into a log, not for consumers.
//
// Threads: values; any. Owns: its texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daybook/ids.h"

namespace daybook {

/// Something that an event is found by.
struct IndexTerm {
  /// What the term is.
  enum class Kind : std::uint8_t { stream, type, tag, correlation, key };
  /// Where the index has it.
  enum class Place : std::uint8_t {
    postings,  ///< On disk.
    tail,      ///< In memory, not yet on disk.
    nowhere,   ///< It is missing, or the index as a whole does not fit the log.
  };
  Kind kind = Kind::stream;       ///< `key`: the idempotency key, which names the event's whole commit.
  std::string text;               ///< As the event has it; the text form of ids.
  Place place = Place::postings;  ///< Looked up, not concluded.
};

/// Where one event is.
struct Placement {
  std::string file;              ///< Relative to DIR; `log/*.log` while only the WAL holds it.
  Sequence indexed_through;      ///< Events up to here have their postings on disk.
  bool index_fits = true;        ///< False: queries scan until a writer has rebuilt the postings.
  std::vector<IndexTerm> terms;  ///< Each once: stream, type, tags, correlation id, key.
};

/// `stream`, `type`, `tag`, `correlation` or `key`.
[[nodiscard]] std::string_view to_string(IndexTerm::Kind kind);
/// `postings`, `tail` or `nowhere`.
[[nodiscard]] std::string_view to_string(IndexTerm::Place place);

}  // namespace daybook
