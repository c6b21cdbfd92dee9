// What a reader and a writer make of a damaged copy of a log whose true content is known.
//
// Threads: one at a time; a process that probes opens logs, so it must fork no more. Owns: nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/crash/directory_state.h"

namespace daybook::test {

/// A small log as it lies on disk, and what it says.
struct DamageSubject {
  Contents contents;               ///< Without RocksDB's own diary (LOG*), which nothing reads.
  Contents older;                  ///< The same at the end of the session before.
  std::vector<std::string> lines;  ///< line_of() each event.
  Options options;                 ///< To open it with.
  bool may_be_cut = false;         ///< It was killed with `buffered`: what is damaged beyond the durable head may go.
};

/// How the writer of the subject ended.
enum class Ending : std::uint8_t {
  closed,  ///< By close(): everything is in table files.
  killed,  ///< By kill -9: the last events are only in the WAL.
};

/// Makes one, in children: events written in two sessions of `commits` each (at least 3), with several postings files
/// and an unindexed tail.
[[nodiscard]] DamageSubject make_damage_subject(Durability durability, Ending ending, std::uint32_t commits = 30);

/// How a probe went.
struct Finding {
  std::string wrong;    ///< Empty, or what must never happen: other data, events lost in silence, a crash, a hang.
  std::string refusal;  ///< Empty: everything could be read. Otherwise `code: message` of the first thing said.
  bool opened = false;  ///< Whether Log::open succeeded.
  bool cut = false;     ///< The writer cut what was never acknowledged, and says so.
};

/// Opens `directory` read-only and asks for everything there is; then checks that nothing was touched.
[[nodiscard]] Finding probe_reader(const DamageSubject& subject, const std::filesystem::path& directory);
/// Opens it for writing, asks for everything, appends and reads again. A refusal must leave all but LOCK as in
/// `before`.
[[nodiscard]] Finding probe_writer(const DamageSubject& subject, const std::filesystem::path& directory,
                                   const Contents& before);

}  // namespace daybook::test
