// The library names its own parts; the command adds those that only it uses.
#include "cli/version.h"

#include <vector>

#include <CLI/Version.hpp>

#include "daybook/version.h"

#include "cli/import/decoder.h"
#include "cli/import/mapping_parser.h"
#include "cli/json_door.h"
#include "cli/json_text.h"

namespace daybook::cli {
namespace {

std::vector<Component> components() {
  std::vector<Component> all = library_components();
  all.push_back({"CLI11", CLI11_VERSION});
  all.push_back({"simdjson", simdjson_version()});
  all.push_back({"toml++", tomlplusplus_version()});
  all.push_back({"zlib", zlib_library_version()});
  all.push_back({"zstd", zstd_library_version()});
  return all;
}

}  // namespace

std::string version_text(bool json) {
  const std::string format = std::to_string(format_version());
  std::string out;
  if (!json) {
    out.append("daybook ").append(library_version()).append("\nformat ").append(format);
    for (const Component& component : components()) {
      out.append("\n").append(component.name).append(" ").append(component.version);
    }
    return out;
  }
  out.append("{\"version\":");
  append_json_string(out, library_version());
  out.append(",\"formatVersion\":").append(format).append(",\"components\":");
  char separator = '{';
  for (const Component& component : components()) {
    out.push_back(separator);
    separator = ',';
    append_json_string(out, component.name);
    out.push_back(':');
    append_json_string(out, component.version);
  }
  return out.append("}}");
}

}  // namespace daybook::cli
