// Completion scripts for shells: commands, flags, and the values that a flag or a place takes.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/help/page.h"

namespace daybook::cli {

/// For bash 4 and later; needs no other package.
[[nodiscard]] std::string bash_completion(const Page& root, const std::vector<Argument>& globals);
/// For zsh, as a file `_daybook` in its fpath, or sourced after compinit.
[[nodiscard]] std::string zsh_completion(const Page& root, const std::vector<Argument>& globals);
/// For fish.
[[nodiscard]] std::string fish_completion(const Page& root, const std::vector<Argument>& globals);

/// Every page from `root` down, groups before their commands.
[[nodiscard]] std::vector<const Page*> all_pages(const Page& root);
/// `text` as one word of a shell, in single quotes; `inner` is how a single quote is written within.
[[nodiscard]] std::string shell_quoted(const std::string& text, const std::string& inner);

}  // namespace daybook::cli
