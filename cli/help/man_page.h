// A command's page as a man page, in roff with the man macros.
//
// Threads: any. Owns: nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/help/page.h"

namespace daybook::cli {

/// `daybook-projection-run` for `daybook projection run`.
[[nodiscard]] std::string man_page_name(const Page& page);
/// The page of section 1; `globals` are the flags that every command takes, `see_also` the names of other pages.
[[nodiscard]] std::string man_page(const Page& page, const std::vector<Argument>& globals,
                                   const std::vector<std::string>& see_also, std::string_view version);

}  // namespace daybook::cli
