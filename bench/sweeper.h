// Who cleans up behind a benchmark that was interrupted: a full run leaves gigabytes, and most of its ways out run no
// destructor.
//
// Threads: called before there are others. Owns: nothing.
#pragma once

#include <filesystem>

namespace daybook::bench {

/// Has `directory` removed once this process is gone, however it goes, by a child that waits for that. Exits the
/// program where there is none to be had.
void remove_afterwards(const std::filesystem::path& directory);

}  // namespace daybook::bench
