// What can be set of a server: the one table from which its flags, environment variables and file keys are made.
//
// Threads: any. Owns: nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/logger.h"
#include "daybook/options.h"
#include "daybook/result.h"
#include "daybook/server.h"

namespace daybook::cli {

/// What `serve` runs with.
struct ServeConfig {
  std::string log_directory;  ///< Empty: none was named.
  Options log{};              ///< How the log is opened.
  ServerOptions server{};     ///< Where it listens, and its bounds.
  LogFormat log_format = LogFormat::text;
  LogLevel log_level = LogLevel::info;
};

/// What a setting holds, which says how it is written.
enum class SettingKind : std::uint8_t {
  directory,   ///< The log's.
  durability,  ///< A word of two.
  insecure,    ///< True or false.
  listen,      ///< Addresses.
  log_format,  ///< A word of two.
  log_level,   ///< A word of four.
  count,       ///< A whole number.
  bytes,       ///< A whole number, or a text with a unit.
  duration,    ///< A text with a unit.
};

/// One of them. In the environment it is `DAYBOOK_NAME` in capitals, as a flag `--name` with `-` for `_`.
struct Setting {
  std::string_view name;                                         ///< As in the file.
  SettingKind kind{};                                            ///< How its value is written.
  std::string_view value_name;                                   ///< For --help; empty: a switch.
  std::string_view meaning;                                      ///< For --help.
  std::size_t ServerOptions::* server_number = nullptr;          ///< `count` and `bytes`: where it is kept,
  std::size_t Options::* log_number = nullptr;                   ///< or here.
  std::chrono::nanoseconds ServerOptions::* duration = nullptr;  ///< `duration`.

  [[nodiscard]] std::string flag_name() const;
  [[nodiscard]] std::string environment_name() const;
  /// Sets it from its text; `listen` from any number of texts, others from one. `invalid` says what is wrong, and
  /// leaves `config` in an unknown state.
  [[nodiscard]] Result<void> set(ServeConfig& config, const std::vector<std::string>& texts) const;
  /// Its value in TOML, or, which is the same text for all of them, in JSON.
  [[nodiscard]] std::string value(const ServeConfig& config) const;
};

/// All of them, in the order in which they are set and shown.
[[nodiscard]] std::span<const Setting> serve_settings();

}  // namespace daybook::cli
