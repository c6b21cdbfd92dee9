// Numbers are copied as text and never go through a double: `2.50` stays `2.50`, and thirty digits stay thirty digits.
#include "cli/import/json_verbatim.h"

#include <cstddef>

namespace daybook::cli {
namespace {

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

}  // namespace

void append_json_on_one_line(std::string& out, std::string_view json) {
  // Inside a string JSON does not allow them raw, so every line break here is between tokens.
  while (true) {
    const std::size_t end = json.find_first_of("\r\n");
    out += json.substr(0, end);
    if (end == std::string_view::npos) return;
    json.remove_prefix(end + 1);
  }
}

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t integer_end = digits_end(text, at);
  if (integer_end == at || (text[at] == '0' && integer_end > at + 1)) return false;
  at = integer_end;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction_end = digits_end(text, at + 1);
    if (fraction_end == at + 1) return false;
    at = fraction_end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent_end = digits_end(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

}  // namespace daybook::cli
