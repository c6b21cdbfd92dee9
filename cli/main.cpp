// The one place where the commands are wired together. CLI11 throws what it finds wrong; it becomes exit code 2 and two
// lines here. Everything a command itself finds wrong is a value, reported by the command.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"

namespace {

using daybook::cli::Context;

constexpr int kExitTerminated = 128 + SIGTERM;

void add_global_flags(CLI::App& app, Context& context) {
  if (const char* named = std::getenv("DAYBOOK_LOG")) context.log_directory = named;
  app.add_option("--log", context.log_directory, "The log's directory; default: $DAYBOOK_LOG")->type_name("DIR");
  app.add_flag("--json", context.json, "Print JSON, one object a line");
  daybook::cli::add_colour(app);
  app.set_version_flag("--version", std::string("daybook ") + DAYBOOK_VERSION);
  daybook::cli::add_examples(
      app, {
               "--log orders append --stream order-1 --type OrderPlaced --data '{\"total\":\"9.50\"}'",
               "--log orders read --stream order-1 --json",
               "--log orders verify",
           });
}

/// The commands, in the order in which --help lists them.
void add_commands(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  daybook::cli::add_append(app, context);
  daybook::cli::add_import(app, context);
  daybook::cli::add_read(app, context);
  daybook::cli::add_get(app, context);
  daybook::cli::add_streams(app, context);
  daybook::cli::add_stats(app, context);
  daybook::cli::add_verify(app, context);
  daybook::cli::add_generate(app, context);
  daybook::cli::add_projection(app, context);
}

/// The command that was asked for, as far as the command line was understood: the one whose help is worth naming.
std::string help_hint(const CLI::App& app) {
  std::string hint = "daybook";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    hint += " " + at->get_name();
  }
  return hint + " --help";
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  if (app.get_subcommands().empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    // CLI11 only says that a command is missing, and leaves the word that is none among the rest.
    const std::vector<std::string> rest = app.remaining();
    message = rest.empty() ? "which command?" : "'" + rest.front() + "' is no command";
  }
  daybook::cli::note(message + "; see: " + help_hint(app));
  return daybook::cli::kExitUsage;
}

int run(int argc, char** argv) {
  Context context;
  CLI::App app("An append-only event log with projections.", "daybook");
  app.fallthrough();  // Inherited by the commands: global flags may stand behind them.
  add_global_flags(app, context);
  add_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);  // --help and --version.
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error);
  }
  if (daybook::cli::interrupting_signal() == SIGTERM && context.exit_code == daybook::cli::kExitInterrupted) {
    return kExitTerminated;
  }
  return context.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  daybook::cli::install_signal_handlers();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // Memory ran out, or CLI11 was told nonsense: no terminate() for a person.
    daybook::cli::note(std::string("unexpected: ") + error.what());
    return daybook::cli::kExitEnvironment;
  }
}
