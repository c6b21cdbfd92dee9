// Unlike a table's cells, values are never clipped: who asks for one thing wants to see all of it.
#include "cli/fact_list.h"

#include <algorithm>

#include "cli/visible_text.h"

namespace daybook::cli {

void FactList::print(Output& output) const {
  std::size_t width = 0;
  std::size_t number_width = 0;
  for (const Fact& fact : facts_) {
    width = std::max(width, fact.name.size());
    if (fact.number) number_width = std::max(number_width, fact.value.size());
  }
  for (const Fact& fact : facts_) {
    std::string line = output.style().dim(fact.name);
    line.append(width - fact.name.size() + 2, ' ');
    if (fact.number) line.append(number_width - fact.value.size(), ' ');
    line += visible(fact.value);
    line += '\n';
    output.write(line);
  }
}

}  // namespace daybook::cli
