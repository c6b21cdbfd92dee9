// Lines and columns are worked out only for a row that is bad: good rows pay nothing for messages.
#include "cli/import/row.h"

#include <algorithm>

#include "cli/visible_text.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kQuotedColumnsMax = 40;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

BadRow bad_row(const Row& row, const Problem& problem) {
  const std::string_view before = row.bytes.substr(0, std::min(problem.at, row.bytes.size()));
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: no line break before it.
  BadRow bad{.row = row.number, .line = row.line, .column = 1, .reason = problem.reason};
  bad.line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  for (const char byte : before.substr(line_begin)) bad.column += continues_character(byte) ? 0 : 1;
  return bad;
}

std::string quoted(std::string_view text) {
  return '"' + clip(visible(text), kQuotedColumnsMax) + '"';
}

}  // namespace daybook::cli
