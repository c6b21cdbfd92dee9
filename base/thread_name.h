// Names for threads, so that `top -H`, a debugger and a profile say who works.
//
// Threads: any. Owns: nothing.
#pragma once

namespace daybook {

/// Names the calling thread; at most 15 characters.
void name_this_thread(const char* name);

}  // namespace daybook
