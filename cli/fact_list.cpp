// Unlike a table's cells, values are never clipped: who asks for one thing wants to see all of it.
#include "cli/fact_list.h"

#include <unistd.h>

#include <algorithm>

#include "cli/style.h"
#include "cli/visible_text.h"

namespace daybook::cli {

void FactList::print(Output& output) const {
  const Style style = output.terminal() ? Style::of(STDOUT_FILENO) : Style();
  std::size_t width = 0;
  for (const auto& [name, value] : facts_) width = std::max(width, name.size());
  for (const auto& [name, value] : facts_) {
    std::string line = style.dim(name);
    line.append(width - name.size() + 2, ' ');
    line += visible(value);
    line += '\n';
    output.write(line);
  }
}

}  // namespace daybook::cli
