// The one place where the commands are wired together; apart from main(), so that the fuzzers can parse without
// running.
#include "cli/app.h"

#include <cstdlib>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/flags.h"
#include "cli/help/help_text.h"
#include "cli/version.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr const char* kDescription =
    "An append-only event log with projections\n\n"
    "A log is a directory, named by --log or DAYBOOK_LOG. append, import, generate and serve make it where there is "
    "none. Commands that only read change no byte of it and may run beside a writer. `daybook serve` is a writer that "
    "others reach by --server or DAYBOOK_SERVER.";

void add_global_flags(CLI::App& app, Context& context) {
  if (const char* named = std::getenv("DAYBOOK_LOG")) context.log_directory = named;
  if (const char* named = std::getenv("DAYBOOK_SERVER")) context.server = named;
  // A flag wins over both variables.
  const auto take_log = [&context](const std::string& directory) {
    context.log_directory = directory;
    context.server.clear();
  };
  const auto take_server = [&context](const std::string& address) {
    context.server = address;
    context.server_given = true;
    context.log_directory.clear();
  };
  CLI::Option* log =
      app.add_option_function<std::string>("--log", take_log, "The log's directory; default: $DAYBOOK_LOG")
          ->type_name("DIR");
  app.add_option_function<std::string>(
         "--server", take_server,
         "Or the server that has it: HOST:PORT, [IPV6]:PORT or unix:PATH; default: $DAYBOOK_SERVER")
      ->type_name("ADDRESS")
      ->excludes(log);
  app.add_flag("--json", context.json, "Print JSON, one object a line");
  add_colour(app);
  // Behind --json, so that this one is known when the text is made.
  app.set_version_flag(
      "--version", [&context] { return version_text(context.json); },
      "Print the version, the format version and those of the libraries; with --json as an object");
  app.set_help_flag("-h,--help", "Print what a command does, its flags and examples");
  add_examples(app, {
                        "--log orders append --stream order-1 --type OrderPlaced --data '{\"total\":\"9.50\"}'",
                        "--log orders read --stream order-1 --json",
                        "--log orders verify",
                    });
}

/// The commands, in the order in which --help lists them.
void add_commands(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  add_append(app, context);
  add_import(app, context);
  add_export(app, context);
  add_read(app, context);
  add_tail(app, context);
  add_get(app, context);
  add_inspect(app, context);
  add_trace(app, context);
  add_streams(app, context);
  add_stats(app, context);
  add_verify(app, context);
  add_repair(app, context);
  add_doctor(app, context);
  add_generate(app, context);
  add_projection(app, context);
  add_replay(app, context);
  add_serve(app, context);
  add_completion(app, context);
  add_man(app, context);
}

/// What is shown of a word that is no command.
constexpr std::size_t kWordColumnsMax = 60;

/// The command that was asked for, as far as the command line was understood: `daybook projection`.
std::string understood(const CLI::App& app) {
  std::string command = "daybook";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  return command;
}

/// Whether a command of `app`, or of the command that was given, is what is missing.
bool lacks_command(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const auto any = [](const CLI::App*) { return true; };
  return dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !at->get_subcommands(any).empty();
}

}  // namespace

void build_app(CLI::App& app, Context& context) {
  app.description(kDescription);
  use_help_text(app);
  app.fallthrough();  // Inherited by the commands: global flags may stand behind them.
  add_global_flags(app, context);
  add_commands(app, context);
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  if (lacks_command(app, error)) {
    // CLI11 only says that a command is missing, and leaves the word that is none among the rest.
    const std::vector<std::string> rest = app.remaining(true);
    const std::string of = app.get_subcommands().empty() ? "" : " of " + understood(app);
    message = rest.empty() ? "which command" + of + "?"
                           : "'" + clip(visible(rest.front()), kWordColumnsMax) + "' is no command" + of;
  }
  return message + "; see: " + understood(app) + " --help";
}

}  // namespace daybook::cli
