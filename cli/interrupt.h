// SIGINT and SIGTERM as a flag that loops ask for, and as a descriptor that waits can watch.
//
// Threads: any. Owns: the process's handlers for SIGINT, SIGTERM and SIGPIPE, and one eventfd.
#pragma once

namespace daybook::cli {

/// Installs the handlers. The first SIGINT or SIGTERM asks for an end in order; a second one ends the process at
/// once. SIGPIPE is ignored, so that a closed pipe is an error of write(). main() calls it once, before threads start.
void install_signal_handlers();
/// True once SIGINT or SIGTERM arrived; long commands ask it and end with kExitInterrupted and complete lines.
[[nodiscard]] bool interrupted();
/// The signal that arrived, or 0.
[[nodiscard]] int interrupting_signal();
/// Readable once interrupted() is true, so that poll() on input wakes up; -1 before install_signal_handlers().
[[nodiscard]] int interrupt_descriptor();

}  // namespace daybook::cli
