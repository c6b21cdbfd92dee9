// What holds for every command: exit codes and environment variables, for --help and the man pages.
//
// Threads: any. Owns: nothing.
#pragma once

#include <span>
#include <string_view>

namespace daybook::cli {

/// A name and what it means.
struct ReferenceEntry {
  std::string_view name;
  std::string_view meaning;
};

/// The exit codes, in their order.
[[nodiscard]] std::span<const ReferenceEntry> exit_code_reference();
/// The environment variables that are looked at.
[[nodiscard]] std::span<const ReferenceEntry> environment_reference();

}  // namespace daybook::cli
