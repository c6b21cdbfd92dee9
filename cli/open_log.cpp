// How a command comes by its log, and leaves it: a directory's or a server's, which the rest of it need not know. A log
// that is not there belongs to the environment (exit 3), while an event that is not there is an answer (exit 1): the
// one error that the library's codes do not tell apart is told apart here.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "daybook/client.h"

#include "cli/command.h"
#include "cli/serve/address_file.h"

namespace daybook::cli {
namespace {

/// A person waits for it, and a server that is being started again is back by then.
constexpr auto kConnectTimeout = std::chrono::seconds(5);

Result<std::unique_ptr<Log>> open_directory(const std::string& directory, const Options& options) {
  Result<std::unique_ptr<Log>> log = Log::open(std::filesystem::path(directory), options);
  if (!log && exit_code_of(log.error()) != kExitEnvironment) {
    log.error().code = Code::io;
  }
  return log;
}

Result<std::unique_ptr<Log>> connect_to(const std::string& server) {
  ClientOptions options;
  options.name = "daybook command, pid " + std::to_string(::getpid());
  options.connect_timeout = kConnectTimeout;
  return connect(server, options);
}

}  // namespace

Result<void> check_named(const Context& context) {
  if (context.log_directory.empty() && context.server.empty()) {
    return fail(Code::invalid,
                "no log named: give --log DIR or set DAYBOOK_LOG; for a server's, --server ADDRESS or DAYBOOK_SERVER");
  }
  if (!context.log_directory.empty() && !context.server.empty()) {
    return fail(Code::invalid,
                "DAYBOOK_LOG and DAYBOOK_SERVER name a log each: give --log DIR or --server ADDRESS, or unset one");
  }
  return {};
}

Result<Context> with_directory(const Context& context, std::string_view what) {
  if (context.server_given) {
    return fail(Code::invalid,
                std::string(what) + " works on the log's directory: run it where that is, with --log DIR");
  }
  if (context.log_directory.empty()) {
    return fail(Code::invalid, "no log named: give --log DIR or set DAYBOOK_LOG");
  }
  Context local = context;
  local.server.clear();
  return local;
}

Result<std::unique_ptr<Log>> open_for_reading(const Context& context) {
  if (auto named = check_named(context); !named) return std::unexpected(std::move(named.error()));
  if (!context.server.empty()) return connect_to(context.server);
  Options options;
  options.mode = Mode::read_only;
  return open_directory(context.log_directory, options);
}

Result<std::unique_ptr<Log>> open_for_writing(const Context& context, std::optional<Durability> durability) {
  if (auto named = check_named(context); !named) return std::unexpected(std::move(named.error()));
  if (!context.server.empty()) {
    if (durability) {
      return fail(Code::invalid, "--durability is for the server to say (daybook serve --durability); leave it away");
    }
    return connect_to(context.server);
  }
  Options options;
  options.durability = durability.value_or(Durability::fsync);
  return open_writer(context.log_directory, options);
}

Result<std::unique_ptr<Log>> open_writer(const std::string& directory, Options options) {
  options.mode = Mode::read_write;
  options.create_if_missing = true;
  auto log = open_directory(directory, options);
  if (!log) return std::unexpected(with_server_named(std::move(log.error()), directory));
  return log;
}

Error with_server_named(Error error, const std::string& directory) {
  if (error.code != Code::busy) return error;
  if (const auto address = address_of_holder(directory)) error.message += "; reach it by --server " + *address;
  return error;
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
