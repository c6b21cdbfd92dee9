// What every command shares: the global flags, exit codes, and how a command registers itself.
//
// Threads: the main thread.
#pragma once

#include <memory>
#include <optional>
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
  std::string log_directory;  ///< --log, else DAYBOOK_LOG; empty where there is neither, or --server was given.
  std::string server;         ///< --server, else DAYBOOK_SERVER; empty where there is neither, or --log was given.
  bool server_given = false;  ///< --server was given.
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
void add_serve(CLI::App& app, Context& context);
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
/// Whether the command line names a log, in a directory or at a server: `invalid` (exit 2) where it names none, or
/// both.
[[nodiscard]] Result<void> check_named(const Context& context);
/// The same for a command that needs the files themselves: a context without a server, whatever the environment says.
/// `invalid` where there is no directory, or a server was given; `what` says for whom, such as `verify`.
[[nodiscard]] Result<Context> with_directory(const Context& context, std::string_view what);
/// Opens the log that the flags name, for reading only: a directory's, or a server's. `invalid` as of check_named();
/// where there is no log, or no server: exit 3.
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_reading(const Context& context);
/// The end of a command that only reads: prints what is left in `output`. Where the log has damage behind what could be
/// read, and `exit_code` is 0, the damage is named and the exit code 3: what was shown is good, but not all.
[[nodiscard]] int finish_reading(const Log& log, Output& output, int exit_code);
/// Opens it for writing; a directory's is created where it is missing. How durable a server's appends are, is the
/// server's to say: a `durability` is then `invalid`. `busy` says where the server listens that holds a directory.
[[nodiscard]] Result<std::unique_ptr<Log>> open_for_writing(const Context& context,
                                                            std::optional<Durability> durability);
/// Opens the log in `directory` for writing, creates it where it is missing, and is else as `options` say.
[[nodiscard]] Result<std::unique_ptr<Log>> open_writer(const std::string& directory, Options options);
/// `error`; and where it says that the log in `directory` is held, and a server holds it, where that one listens.
[[nodiscard]] Error with_server_named(Error error, const std::string& directory);

}  // namespace daybook::cli
