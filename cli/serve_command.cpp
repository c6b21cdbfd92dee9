// `serve`: the log in DIR for producers and subscribers elsewhere. What it does is daybook/server.h; here are its
// words, its configuration, and the order of a beginning and an end: nothing is promised (the line, the address file,
// READY=1) before it is so, and all of it is taken back before the drain begins.
#include <poll.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/logger.h"
#include "daybook/log.h"
#include "daybook/server.h"

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/projection/actions.h"
#include "cli/serve/address_file.h"
#include "cli/serve/config.h"
#include "cli/serve/notify.h"
#include "cli/units.h"

namespace daybook::cli {
namespace {

struct Flags {
  std::optional<std::string> config;
  bool check_config = false;
  GivenSettings given;
};

Result<ResolvedConfig> configure(const Context& context, const Flags& flags) {
  if (context.server_given) {
    return fail(Code::invalid, "serve serves a log's directory: give --log DIR, not --server");
  }
  std::vector<GivenSettings> sources;
  const char* named = std::getenv("DAYBOOK_CONFIG");
  const std::optional<std::string> file = flags.config                         ? flags.config
                                          : named != nullptr && *named != '\0' ? std::optional<std::string>(named)
                                                                               : std::nullopt;
  if (file) {
    auto settings = read_settings_file(*file);
    if (!settings) return std::unexpected(std::move(settings.error()));
    sources.push_back(std::move(*settings));
  }
  sources.push_back(read_settings_environment());
  sources.push_back(flags.given);
  if (!context.log_directory.empty()) sources.push_back({{"log", {{context.log_directory}, "--log or DAYBOOK_LOG"}}});
  auto resolved = resolve(sources);
  if (resolved && resolved->config.log_directory.empty()) {
    return fail(Code::invalid,
                "no log named: give --log DIR, set DAYBOOK_LOG, or say log = \"DIR\" in the --config file");
  }
  return resolved;
}

std::string joined(const std::vector<std::string>& addresses) {
  std::string text;
  for (const std::string& address : addresses) text.append(text.empty() ? "" : " ").append(address);
  return text;
}

void notify(std::string_view lines) {
  if (auto told = notify_service_manager(lines); !told) {
    log_warning("the service manager was not told error=" + told.error().message + "; serving all the same");
  }
}

/// The one line that says that clients may come.
void print_ready(const Server& server, const Log& log, bool json) {
  Output output;
  std::string& out = output.buffer();
  if (!json) {
    out += "listening on " + joined(server.addresses()) + "\n";
    return;
  }
  out += "{\"listen\":[";
  for (const std::string& address : server.addresses()) {
    if (out.back() != '[') out += ',';
    append_json_string(out, address);
  }
  out += "],\"logId\":\"" + log.id().text() + "\",\"head\":" + std::to_string(log.head().value()) + "}\n";
}

void wait_for_signal() {
  pollfd wait{.fd = interrupt_descriptor(), .events = POLLIN, .revents = 0};
  while (!interrupted()) {
    if (::poll(&wait, 1, -1) < 0 && errno != EINTR) return;
  }
}

/// From the bound addresses to the drained server.
Result<void> serve(const ServeConfig& config, Log& log, bool json) {
  ServerOptions options = config.server;
  options.projections = known_projections();
  const auto server = Server::start(log, options);
  if (!server) return std::unexpected(server.error());
  {
    const auto address_file = AddressFile::write(config.log_directory, (*server)->addresses());
    if (!address_file) return std::unexpected(address_file.error());
    log_info("serving log=" + config.log_directory + " head=" + std::to_string(log.head().value()) +
             " listen=" + joined((*server)->addresses()) + "; clients may come");
    print_ready(**server, log, json);
    notify("READY=1\nSTATUS=listening on " + joined((*server)->addresses()));
    wait_for_signal();
    notify("STOPPING=1");
  }
  log_info("stopping signal=" + std::to_string(interrupting_signal()) + "; calls in progress have up to " +
           duration_text(config.server.drain_timeout));
  (*server)->stop();
  return {};
}

int run(const Context& context, const Flags& flags) {
  const auto resolved = configure(context, flags);
  if (!resolved) return report(resolved.error());
  if (flags.check_config) {
    Output output;
    output.write(context.json ? config_json(*resolved) : config_text(*resolved));
    return output.finish(kExitOk);
  }
  const ServeConfig& config = resolved->config;
  configure_logger(config.log_format, config.log_level);
  const auto log = open_writer(config.log_directory, config.log);
  if (!log) return report(log.error());
  const auto served = serve(config, **log, context.json);
  int exit_code = served ? kExitOk : report(served.error());
  if (auto closed = (*log)->close(); !closed) exit_code = report(closed.error());
  if (exit_code == kExitOk) log_info("stopped head=" + std::to_string((*log)->head().value()) + "; the log is closed");
  return exit_code;
}

/// A flag for each setting but the directory, which is a global one.
void add_settings(CLI::App& command, Flags& flags) {
  for (const Setting& setting : serve_settings()) {
    if (setting.kind == SettingKind::directory) continue;
    const std::string name(setting.name);
    const std::string flag = setting.flag_name();
    const std::string meaning = std::string(setting.meaning) + "; $" + setting.environment_name();
    const auto take = [&flags, name, flag](const std::vector<std::string>& texts) {
      flags.given[name] = {texts, flag};
    };
    if (setting.value_name.empty()) {
      command.add_flag_callback(flag, [take] { take({"true"}); }, meaning);
      continue;
    }
    CLI::Option* option =
        setting.kind == SettingKind::listen
            ? command.add_option_function<std::vector<std::string>>(flag, take, meaning)->allow_extra_args(false)
            : command.add_option_function<std::string>(
                  flag, [take](const std::string& text) { take({text}); }, meaning);
    option->type_name(std::string(setting.value_name));
  }
}

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "serve",
      "Serve the log to clients elsewhere, until SIGTERM or Ctrl-C\n\n"
      "DIR is made where it is missing, and `inventory` and `analytics` are kept up to date. One line says where it "
      "listens, once clients may come; with --json {\"listen\",\"logId\",\"head\"}. Everything that only reads works "
      "on "
      "DIR beside it; who wants to append gives --server ADDRESS instead of --log.\n\n"
      "Each setting is taken from its flag, else from the environment, else from the file, whose keys are the flags' "
      "names with _ for -, and `log`. SIGTERM and SIGINT let calls in progress end, close the log and are exit 0; a "
      "second one ends the process at once. Without --insecure it listens on loopback addresses and Unix sockets only: "
      "there is neither encryption nor a password yet.");
  const auto flags = std::make_shared<Flags>();
  add_text(*command, "--config", flags->config, "A TOML file with settings; $DAYBOOK_CONFIG", "FILE.toml");
  command->add_flag("--check-config", flags->check_config,
                    "Print the settings as they would be used, and where each comes from; serve nothing");
  add_settings(*command, *flags);
  add_examples(*command, {
                             "serve --log orders",
                             "serve --log orders --listen 127.0.0.1:4290 --listen unix:/run/daybook/orders.sock",
                             "serve --config /etc/daybook/daybook.toml --log-format json",
                             "serve --config daybook.toml --check-config",
                         });
  command->callback([flags, &context] { context.exit_code = run(context, *flags); });
}

}  // namespace daybook::cli
