// Descriptors 0, 1 and 2 are what they are for, or nothing.
//
// Threads: the main thread, before others start. Owns: what it opens, for the life of the process.
#pragma once

namespace daybook::cli {

/// Puts something that can be neither read nor written in the place of a standard descriptor that the caller closed. Or
/// else the next file that is opened would get its number: results would go into the log, and input come from there.
void hold_standard_descriptors();

}  // namespace daybook::cli
