// A server's configuration: a flag over the environment over the file over the default, each setting for itself.
//
// Threads: the main thread. Owns: its values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daybook/result.h"

#include "cli/serve/settings.h"

namespace daybook::cli {

/// What one place says of one setting.
struct Given {
  std::vector<std::string> texts;  ///< Its value, as text.
  std::string place;               ///< Where it stands: `--listen`, `DAYBOOK_LISTEN`, `daybook.toml:3`.
};

/// Settings by name.
using GivenSettings = std::map<std::string, Given, std::less<>>;

/// What a TOML file of at most 1 MiB sets. `invalid`, with file, line and column: what is no TOML, no setting, or not
/// of its kind; with the file alone: it cannot be read.
[[nodiscard]] Result<GivenSettings> read_settings_file(const std::string& path);

/// What the environment sets; of the log's directory it is the global flags that know.
[[nodiscard]] GivenSettings read_settings_environment();

/// The outcome, and where each setting comes from.
struct ResolvedConfig {
  ServeConfig config;
  std::map<std::string, std::string, std::less<>> places;  ///< By name; those that are not in it are defaults.
};

/// Takes each setting from the last of `sources` that has it, the lowest of them first. `invalid` begins with the
/// place.
[[nodiscard]] Result<ResolvedConfig> resolve(const std::vector<GivenSettings>& sources);

/// As a file that says the same, each line with where it comes from.
[[nodiscard]] std::string config_text(const ResolvedConfig& resolved);
/// As one JSON object.
[[nodiscard]] std::string config_json(const ResolvedConfig& resolved);

}  // namespace daybook::cli
