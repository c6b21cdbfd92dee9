// CLI11 throws what it finds wrong; it becomes exit code 2 and a line here. Everything a command itself finds wrong is
// a value, reported by the command.
#include <csignal>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/app.h"
#include "cli/command.h"
#include "cli/standard_descriptors.h"

namespace {

using daybook::cli::Context;

constexpr int kExitTerminated = 128 + SIGTERM;

int run(int argc, char** argv) {
  Context context;
  CLI::App app({}, "daybook");
  daybook::cli::build_app(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);  // --help and --version.
  } catch (const CLI::ParseError& error) {
    daybook::cli::note(daybook::cli::usage_message(app, error));
    return daybook::cli::kExitUsage;
  }
  if (daybook::cli::interrupting_signal() == SIGTERM && context.exit_code == daybook::cli::kExitInterrupted) {
    return kExitTerminated;
  }
  return context.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  daybook::cli::hold_standard_descriptors();
  daybook::cli::install_signal_handlers();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // Memory ran out, or CLI11 was told nonsense: no terminate() for a person.
    daybook::cli::note(std::string("unexpected: ") + error.what());
    return daybook::cli::kExitEnvironment;
  }
}
