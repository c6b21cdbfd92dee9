// The list of what this program can fold. Programs of others run their own; `projection list` shows those too.
#include <algorithm>

#include "daybook/retail.h"

#include "cli/projection/actions.h"

namespace daybook::cli {

std::vector<Projection> known_projections() {
  return {analytics_projection(), inventory_projection()};
}

Result<Projection> find_projection(std::string_view name) {
  std::vector<Projection> known = known_projections();
  std::string names;
  for (Projection& projection : known) {
    if (projection.name == name) return std::move(projection);
    names.append(names.empty() ? "" : ", ").append(projection.name);
  }
  return fail(Code::invalid, "no projection is called " + std::string(name) + "; there are " + names);
}

std::filesystem::path projection_directory(const Context& context, std::string_view name) {
  return std::filesystem::path(context.log_directory) / "projections" / name;
}

}  // namespace daybook::cli
