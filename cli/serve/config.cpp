// A value that another one hides is not judged: who overrides a wrong line by a flag has put it right.
#include "cli/serve/config.h"

#include <cstdlib>
#include <sstream>
#include <utility>

#include "cli/json_text.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

}  // namespace

GivenSettings read_settings_environment() {
  GivenSettings given;
  for (const Setting& setting : serve_settings()) {
    if (setting.kind == SettingKind::directory) continue;
    const std::string name = setting.environment_name();
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') continue;
    auto texts = setting.kind == SettingKind::listen ? split_at_commas(value) : std::vector<std::string>{value};
    given[std::string(setting.name)] = {std::move(texts), name};
  }
  return given;
}

Result<ResolvedConfig> resolve(const std::vector<GivenSettings>& sources) {
  ResolvedConfig resolved;
  for (const Setting& setting : serve_settings()) {
    const Given* given = nullptr;
    for (const GivenSettings& source : sources) {
      if (const auto found = source.find(setting.name); found != source.end()) given = &found->second;
    }
    if (given == nullptr) continue;
    if (auto set = setting.set(resolved.config, given->texts); !set) {
      return fail(set.error().code, given->place + ": " + set.error().message);
    }
    resolved.places[std::string(setting.name)] = given->place;
  }
  return resolved;
}

std::string config_text(const ResolvedConfig& resolved) {
  std::string out;
  for (const Setting& setting : serve_settings()) {
    const auto place = resolved.places.find(setting.name);
    out.append(setting.name).append(" = ").append(setting.value(resolved.config)).append("  # ");
    out.append(place == resolved.places.end() ? "default" : visible(place->second)).append("\n");
  }
  return out;
}

std::string config_json(const ResolvedConfig& resolved) {
  std::string out;
  for (const Setting& setting : serve_settings()) {
    out.push_back(out.empty() ? '{' : ',');
    append_json_string(out, setting.name);
    out.append(":").append(setting.value(resolved.config));
  }
  return out.append("}\n");
}

}  // namespace daybook::cli
