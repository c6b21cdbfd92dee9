// The file is read here and parsed in mapping_parser.cpp, the door to toml++.
#include "cli/import/mapping.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace daybook::cli {
namespace {

constexpr std::size_t kMappingBytesMax = 1024 * 1024;

}  // namespace

bool Rule::takes(std::span<const Value> values) const {
  return std::ranges::all_of(when, [values](const Condition& condition) { return condition.holds(values); });
}

std::string Mapping::where(Position position) const {
  return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
}

Result<Mapping> Mapping::load(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(kMappingBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad() || (in.gcount() == 0 && errno != 0)) {
    return fail(Code::invalid, path + ": the mapping cannot be read: " + std::strerror(errno != 0 ? errno : EIO));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMappingBytesMax) return fail(Code::invalid, path + ": a mapping has at most 1 MiB");
  return parse(text, path);
}

}  // namespace daybook::cli
