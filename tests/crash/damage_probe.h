// What a reader and a writer make of a damaged copy of a log whose true content is known.
//
// Threads: one at a time; the probes run in children. Owns: nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/crash/directory_state.h"

namespace daybook::test {

/// A small log as it lies on disk, and what it says.
struct DamageSubject {
  Contents contents;
  std::vector<std::string> lines;  ///< line_of() each event.
  Options options;                 ///< To open it with.
  bool may_be_cut = false;         ///< It was killed with `buffered`: what is damaged beyond the durable head may go.
};

/// How the writer of the subject ended.
enum class Ending : std::uint8_t {
  closed,  ///< By close(): everything is in table files.
  killed,  ///< By kill -9: the last events are only in the WAL.
};

/// Makes one: some hundred events, written in two sessions, with several postings files and an unindexed tail.
[[nodiscard]] DamageSubject make_damage_subject(Durability durability, Ending ending);

/// How a probe went.
struct Finding {
  std::string wrong;    ///< Empty, or what must never happen: other data, events lost in silence, a crash, a hang.
  std::string refusal;  ///< Empty: everything could be read. Otherwise `code: message` of the first thing said.
  bool opened = false;  ///< Whether Log::open succeeded.
};

/// Opens `directory` read-only and asks for everything there is; then checks that nothing was touched.
[[nodiscard]] Finding probe_reader(const DamageSubject& subject, const std::filesystem::path& directory);
/// Opens it for writing, asks for everything, appends and reads again. A refusal must leave all but LOCK alone.
[[nodiscard]] Finding probe_writer(const DamageSubject& subject, const std::filesystem::path& directory);

}  // namespace daybook::test
