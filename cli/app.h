// The command line as CLI11 knows it: the global flags and every command, wired together.
//
// Threads: the main thread. Owns: nothing; `context` and `app` belong to the caller.
#pragma once

#include <string>

#include "cli/command.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace daybook::cli {

/// Adds the global flags and the commands to `app`, and what --help says of it. Parsing runs the command that was asked
/// for, which leaves its exit code in `context`.
void build_app(CLI::App& app, Context& context);
/// What to tell a person whose command line CLI11 does not take: what is wrong, and whose help to read.
[[nodiscard]] std::string usage_message(const CLI::App& app, const CLI::ParseError& error);

}  // namespace daybook::cli
