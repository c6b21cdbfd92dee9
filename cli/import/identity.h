// Who an imported event is: its idempotency key, its id and its correlation id, all from what the input says
// (docs/mapping.md, Keys; docs/format.md, Idempotency), so that a second import is the same request.
//
// Threads: one at a time. Owns: the state of a hash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daybook/ids.h"
#include "schema/hash.h"

namespace daybook::cli {

/// The key of a run of rows: XXH3-128 of the source, the number of the first row, and each row's bytes.
class RunKey {
 public:
  /// Begins a run.
  void begin(std::string_view source, std::uint64_t first_row);
  /// Adds a row: its bytes without the line end.
  void add(std::string_view row_bytes) { hash_.add_text(row_bytes); }
  [[nodiscard]] IdempotencyKey finish() const { return {hash_.finish()}; }

 private:
  Hasher128 hash_;
};

/// The name-based UUID (version 5) of an event with this key.
[[nodiscard]] EventId event_id_of(const IdempotencyKey& key);

/// The key of a commit that came without one in JSON lines: the name-based UUID (version 5) of its first event's id.
[[nodiscard]] IdempotencyKey commit_key_of(const EventId& first_event);

/// `text` itself where it is a UUID, else the name-based UUID (version 5) of source and text.
[[nodiscard]] Uuid correlation_of(std::string_view source, std::string_view text);

}  // namespace daybook::cli
