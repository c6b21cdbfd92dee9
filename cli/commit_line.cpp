// A key that an import made is left out, for it will make the same one again: so a log and its copy export the same.
#include "cli/commit_line.h"

#include "cli/import/identity.h"

namespace daybook::cli {

void CommitLines::write(const Block& block) {
  std::uint32_t index = 0;
  for (const CommitInfo& commit : block.commits()) {
    std::string& out = output_.buffer();
    out += '{';
    if (commit.key && *commit.key != commit_key_of(block.event(index).id())) {
      out += "\"key\":\"";
      out += commit.key->text();
      out += "\",";
    }
    out += "\"events\":[";
    for (std::uint32_t event = 0; event < commit.event_count; ++event, ++index) {
      if (event > 0) out += ',';
      events_.append(out, block.event(index));
    }
    out += "]}\n";
    output_.line_done();
  }
}

}  // namespace daybook::cli
