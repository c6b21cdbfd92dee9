// What every command shares: the global flags, exit codes, and how a command registers itself.
//
// Threads: the main thread.
#pragma once

#include <string>

#include "daybook/log.h"
#include "daybook/result.h"

namespace CLI {
class App;
}

namespace daybook::cli {

/// The documented exit codes.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;      ///< Expected: conflict, not found, stopped projection, bad input row.
inline constexpr int kExitUsage = 2;        ///< Flags, or the mapping file.
inline constexpr int kExitEnvironment = 3;  ///< I/O, corruption, busy, no log there, newer format, unknown outcome.
inline constexpr int kExitInterrupted = 130;

/// The global flags, and where a command leaves its exit code.
struct Context {
  std::string log_directory;  ///< --log, else DAYBOOK_LOG, else empty.
  bool json = false;
  int exit_code = kExitOk;
};

/// One function a command, each in the file of its name: adds the subcommand, whose callback runs it and sets
/// `context.exit_code`.
void add_append(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_get(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_projection(CLI::App& app, Context& context);
void add_read(CLI::App& app, Context& context);
void add_stats(CLI::App& app, Context& context);
void add_streams(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);

/// The exit code that docs/cli.md gives for an error of the library.
[[nodiscard]] int exit_code_of(const Error& error);
/// Prints `daybook: MESSAGE` on stderr, one line, and returns exit_code_of(error).
int report(const Error& error);
/// Opens the log that the flags name, for reading only. Without a directory: `invalid` (exit 2).
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_reading(const Context& context);
/// Opens it for writing and creates it where it is missing.
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_writing(const Context& context, Durability durability);
/// True once SIGINT arrived; long commands ask it and end with kExitInterrupted and complete lines.
[[nodiscard]] bool interrupted();

}  // namespace daybook::cli
