// A log of single events whose writer was killed, with what it looked like after each of them: so that a test can bring
// about any end that a crash or a power cut could have left.
//
// Threads: values. Owns: a copy of the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/crash/directory_state.h"

namespace daybook::test {

/// The moments are numbered by the events appended so far: 0 is just after opening.
struct History {
  Contents contents;                     ///< When it was killed.
  std::string wal;                       ///< The name of the one WAL file.
  std::vector<std::string> heads;        ///< HEAD at each moment.
  std::vector<std::uint64_t> wal_bytes;  ///< The WAL file's length at each moment.

  /// HEAD says what it said at `moment`: it may lag behind the WAL.
  History& head_of(std::size_t moment);
  /// The WAL file ends `bytes` short of where it stood at `moment`.
  History& wal_until(std::size_t moment, std::uint64_t bytes_short = 0);
  /// Flips a bit in the middle of the group with the event `number`.
  History& flip_in(std::size_t number);
};

/// Appends `events` events, each in its own group. `indexed`: their postings are written before the end.
[[nodiscard]] History make_history(Durability durability, std::size_t events, bool indexed = false);

/// What an opener sees.
struct Sight {
  std::optional<Code> refusal;  ///< Log::open failed with it.
  std::string message;          ///< Its message, or that of damage().
  bool damage = false;          ///< Log::damage() says something.
  std::uint64_t head = 0;
  std::uint64_t read = 0;  ///< Events that could be read, each of them the right one.
  std::string recovered;   ///< Statistics::recovered, or why there are none.
  bool verified = false;   ///< verify() is clean.
  bool queried = false;    ///< A query by stream and one by type give the same events as reading does.
};

/// Opens the log in `directory` in a child and looks around; a writer also appends one event, and closes.
[[nodiscard]] Sight look_at(const std::filesystem::path& directory, Mode mode, Durability durability);

}  // namespace daybook::test
