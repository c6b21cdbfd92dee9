// The codes themselves are in cli/command.h; docs/cli.md says more of each.
#include "cli/help/reference.h"

#include <array>

namespace daybook::cli {
namespace {

constexpr std::array<ReferenceEntry, 6> kExitCodes{
    ReferenceEntry{"0", "done; also when the reader of a pipe has seen enough and closed it"},
    ReferenceEntry{"1",
                   "an expected failure: a conflict, something that is not there, a bad row, a projection that stands "
                   "still, something that doctor wants a person to do"},
    ReferenceEntry{"2", "usage: a command, a flag or its value, a mapping file"},
    ReferenceEntry{"3",
                   "the environment: I/O, damage, another writer, no log there, a newer format, a timeout; an append "
                   "that may have been appended"},
    ReferenceEntry{"130", "interrupted by SIGINT (Ctrl-C); every line that was printed is complete"},
    ReferenceEntry{"143", "ended by SIGTERM, in the same order"}};

constexpr std::array<ReferenceEntry, 7> kEnvironment{
    ReferenceEntry{"DAYBOOK_LOG", "the log's directory where --log is not given"},
    ReferenceEntry{"DAYBOOK_SERVER", "a server's address where --server is not given"},
    ReferenceEntry{"DAYBOOK_...", "what serve takes where a flag is not given: its help names them"},
    ReferenceEntry{"NO_COLOR", "set and not empty: no colour, unless --color always is given"},
    ReferenceEntry{"TERM", "dumb or absent: no colour, unless --color always is given"},
    ReferenceEntry{"TZ", "the zone of times on a terminal; elsewhere they are in UTC"},
    ReferenceEntry{"TMPDIR", "where a replay puts a state that is too large for memory"}};

}  // namespace

std::span<const ReferenceEntry> exit_code_reference() {
  return kExitCodes;
}

std::span<const ReferenceEntry> environment_reference() {
  return kEnvironment;
}

}  // namespace daybook::cli
