// --help: a command's page as text.
//
// Threads: the main thread. Owns: nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/help/page.h"

namespace CLI {
class App;
}

namespace daybook::cli {

/// The page as lines of at most `columns`, where words allow it; `globals` are the flags that every command takes.
[[nodiscard]] std::string help_text(const Page& page, const std::vector<Argument>& globals, std::size_t columns);

/// Makes `app`, and every command that is added to it afterwards, print help_text() for --help.
void use_help_text(CLI::App& app);

}  // namespace daybook::cli
