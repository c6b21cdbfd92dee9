// What this is, and what it stands on: for `--version`, bug reports and logs.
//
// Threads: any. Owns: nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daybook {

/// A library that daybook is made with.
struct Component {
  std::string name;     ///< As its authors write it.
  std::string version;  ///< Of what runs where it is a shared library, else of what was compiled.
};

/// Of this library: `0.1.0`.
[[nodiscard]] std::string_view library_version();
/// The format that this library writes, and the newest that it reads.
[[nodiscard]] std::uint32_t format_version();
/// What the library is made with.
[[nodiscard]] std::vector<Component> library_components();

}  // namespace daybook
