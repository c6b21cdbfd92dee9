// The flags that commands on projections share.
//
// Threads: the main thread. Owns: nothing.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace daybook::cli {

/// The positional that names a projection; find_projection() judges it.
void add_projection_name(CLI::App& app, std::string& name);
/// `--dimension`.
void add_dimension(CLI::App& app, std::optional<std::string>& dimension, const std::string& description);

}  // namespace daybook::cli
