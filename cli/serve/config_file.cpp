// The door to toml++ for a server's configuration. A key that is not known is an error: a bound that somebody believes
// to be set, and is not, is found when it is too late.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "base/utf8.h"
#include "cli/input.h"
#include "cli/serve/config.h"
#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

std::string place_of(const std::string& file, const toml::source_region& region) {
  return file + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
}

/// What stands in the file for this kind, for a complaint.
std::string_view written_as(SettingKind kind) {
  switch (kind) {
    case SettingKind::insecure:
      return "true or false";
    case SettingKind::listen:
      return "an array of addresses, such as [\"127.0.0.1:4290\"]";
    case SettingKind::count:
      return "a whole number";
    case SettingKind::bytes:
      return "a whole number, or a text such as \"32MiB\"";
    case SettingKind::duration:
      return "a text such as \"30s\"";
    case SettingKind::directory:
    case SettingKind::durability:
    case SettingKind::log_format:
    case SettingKind::log_level:
      break;
  }
  return "a text";
}

std::optional<std::string> scalar_text(const toml::node& node, SettingKind kind) {
  const bool is_number = kind == SettingKind::count || kind == SettingKind::bytes;
  if (const auto number = node.value_exact<std::int64_t>(); number && is_number) return std::to_string(*number);
  if (const auto is_so = node.value_exact<bool>(); is_so && kind == SettingKind::insecure) {
    return *is_so ? "true" : "false";
  }
  if (kind == SettingKind::count || kind == SettingKind::insecure) return std::nullopt;
  return node.value_exact<std::string>();
}

/// The texts of a value; nullopt where it is of another kind.
std::optional<std::vector<std::string>> texts_of(const toml::node& node, SettingKind kind) {
  std::vector<std::string> texts;
  if (kind != SettingKind::listen) {
    auto text = scalar_text(node, kind);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
    return texts;
  }
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  for (const toml::node& element : *array) {
    auto text = element.value_exact<std::string>();
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return texts;
}

std::string known_names() {
  std::string names;
  for (const Setting& setting : serve_settings()) names.append(names.empty() ? "" : ", ").append(setting.name);
  return names;
}

Result<GivenSettings> settings_of(const toml::table& document, const std::string& file) {
  GivenSettings given;
  for (const auto& [key, node] : document) {
    const Setting* setting = nullptr;
    for (const Setting& known : serve_settings()) {
      if (known.name == key.str()) setting = &known;
    }
    if (setting == nullptr) {
      return fail(Code::invalid, place_of(file, key.source()) + ": '" + visible(key.str()) +
                                     "' is no setting of a server; these are: " + known_names());
    }
    auto texts = texts_of(node, setting->kind);
    if (!texts) {
      return fail(Code::invalid, place_of(file, node.source()) + ": `" + std::string(setting->name) + "` is " +
                                     std::string(written_as(setting->kind)));
    }
    given[std::string(setting->name)] = {std::move(*texts), place_of(file, node.source())};
  }
  return given;
}

}  // namespace

Result<GivenSettings> read_settings_file(const std::string& path) {
  const auto text = read_file(path, kFileBytesMax);
  if (!text) return fail(Code::invalid, "the configuration cannot be read: " + text.error().message);
  if (!is_utf8(*text)) return fail(Code::invalid, path + ": invalid UTF-8");
  try {
    const toml::table document = toml::parse(*text, path);
    return settings_of(document, path);
  } catch (const toml::parse_error& error) {
    return fail(Code::invalid, place_of(path, error.source()) + ": " + visible(error.description()));
  }
}

}  // namespace daybook::cli
