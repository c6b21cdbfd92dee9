// What every command shares: the global flags, exit codes, and how a command registers itself.
//
// Threads: the main thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daybook/log.h"
#include "daybook/result.h"

#include "cli/interrupt.h"
#include "cli/output.h"

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
void add_completion(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_export(CLI::App& app, Context& context);
void add_generate(CLI::App& app, Context& context);
void add_get(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_inspect(CLI::App& app, Context& context);
void add_man(CLI::App& app, Context& context);
void add_projection(CLI::App& app, Context& context);
void add_read(CLI::App& app, Context& context);
void add_replay(CLI::App& app, Context& context);
void add_repair(CLI::App& app, Context& context);
void add_stats(CLI::App& app, Context& context);
void add_streams(CLI::App& app, Context& context);
void add_tail(CLI::App& app, Context& context);
void add_trace(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);

/// Where a value came from that the library refuses: a flag (exit 2) or a line or row of the input (exit 1).
enum class Source : std::uint8_t { flag, input };

/// The exit code that docs/cli.md gives for an error of the library.
[[nodiscard]] int exit_code_of(const Error& error, Source source = Source::flag);
/// Prints `daybook: MESSAGE` on stderr, one line without control characters, and returns exit_code_of().
int report(const Error& error, Source source = Source::flag);
/// As report(); but in a log with damage, what is not found may have been there, so the damage is reported.
int report_reading(const Log& log, const Error& error);
/// Prints `daybook: TEXT` on stderr, one line without control characters.
void note(std::string_view text);
/// The error of a command line that names no log: `invalid` (exit 2).
[[nodiscard]] Error no_log_named();
/// Opens the log that the flags name, for reading only. Without a directory: `invalid` (exit 2); where there is no
/// log: exit 3.
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_reading(const Context& context);
/// The end of a command that only reads: prints what is left in `output`. Where the log has damage behind what could be
/// read, and `exit_code` is 0, the damage is named and the exit code 3: what was shown is good, but not all.
[[nodiscard]] int finish_reading(const Log& log, Output& output, int exit_code);
/// Opens it for writing and creates it where it is missing.
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_writing(const Context& context, Durability durability);

}  // namespace daybook::cli
