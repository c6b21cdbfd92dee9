// How a command comes by its log, and leaves it. A log that is not there belongs to the environment (exit 3), while an
// event that is not there is an answer (exit 1): the one error that the library's codes do not tell apart is told apart
// here.
#include <filesystem>
#include <optional>

#include "cli/command.h"

namespace daybook::cli {
namespace {

Result<std::unique_ptr<Log>> open(const Context& context, const Options& options) {
  if (context.log_directory.empty()) return std::unexpected(no_log_named());
  Result<std::unique_ptr<Log>> log = Log::open(std::filesystem::path(context.log_directory), options);
  if (!log && exit_code_of(log.error()) != kExitEnvironment) {
    log.error().code = Code::io;
  }
  return log;
}

}  // namespace

Error no_log_named() {
  return {.code = Code::invalid, .message = "no log named: give --log DIR or set DAYBOOK_LOG"};
}

Result<std::unique_ptr<Log>> open_for_reading(const Context& context) {
  Options options;
  options.mode = Mode::read_only;
  return open(context, options);
}

Result<std::unique_ptr<Log>> open_for_writing(const Context& context, Durability durability) {
  Options options;
  options.mode = Mode::read_write;
  options.create_if_missing = true;
  options.durability = durability;
  return open(context, options);
}

int report_reading(const Log& log, const Error& error) {
  const std::optional<Error> damage = error.code == Code::not_found ? log.damage() : std::nullopt;
  return report(damage ? *damage : error);
}

int finish_reading(const Log& log, Output& output, int exit_code) {
  output.flush();
  if (exit_code == kExitOk && output.ok()) {
    if (const std::optional<Error> damage = log.damage()) exit_code = report(*damage);
  }
  return output.finish(exit_code);
}

}  // namespace daybook::cli
