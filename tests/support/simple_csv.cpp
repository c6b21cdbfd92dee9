// A copy a character and a look at what is in front: nothing to pause, nothing to bound, nothing to be fast.
#include "tests/support/simple_csv.h"

#include <algorithm>

namespace daybook::test {
namespace {

/// Takes a field in quotes from the front of `text`; nullopt where the quote is never closed.
std::optional<std::string> quoted_field(std::string_view& text) {
  std::string field;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.starts_with("\"\"")) {
      field += '"';
      text.remove_prefix(2);
    } else if (text.starts_with('"')) {
      text.remove_prefix(1);
      return field;
    } else {
      field += text.front();
      text.remove_prefix(1);
    }
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> record(std::string_view& text, char delimiter) {
  const std::string specials = {delimiter, '"', '\r', '\n'};
  std::vector<std::string> fields;
  while (true) {
    if (text.starts_with('"')) {
      auto field = quoted_field(text);
      if (!field) return std::nullopt;
      fields.push_back(std::move(*field));
    } else {
      const std::size_t end = std::min(text.find_first_of(specials), text.size());
      fields.emplace_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (!text.starts_with(delimiter)) return fields;
    text.remove_prefix(1);
  }
}

}  // namespace

std::optional<std::vector<std::vector<std::string>>> simple_csv(std::string_view text, char delimiter) {
  std::vector<std::vector<std::string>> records;
  while (!text.empty()) {
    auto fields = record(text, delimiter);
    if (!fields) return std::nullopt;
    records.push_back(std::move(*fields));
    if (text.empty()) break;
    if (text.starts_with("\r\n")) {
      text.remove_prefix(2);
    } else if (text.starts_with('\n')) {
      text.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  return records;
}

}  // namespace daybook::test
