// What may be given is listed from what there is: the projections that this program folds, the dimensions of analytics.
#include "cli/projection/flags.h"

#include <CLI/CLI.hpp>

#include "cli/flags.h"
#include "cli/projection/actions.h"
#include "cli/projection/rows.h"

namespace daybook::cli {

void add_projection_name(CLI::App& app, std::string& name) {
  std::string names;
  for (const Projection& projection : known_projections()) {
    names.append(names.empty() ? "" : "|").append(projection.name);
  }
  app.add_option("projection", name, "The projection")->required()->type_name(names);
}

void add_dimension(CLI::App& app, std::optional<std::string>& dimension, const std::string& description) {
  add_choice(app, "--dimension", dimension, description, dimension_names());
}

}  // namespace daybook::cli
