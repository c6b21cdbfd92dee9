// The length of a line is hashed with it: no two different histories run together into the same bytes.
#include "tests/simulation/history.h"

#include <iostream>

namespace daybook::simulation {

void History::note(std::string_view line) {
  ++lines_;
  hasher_.add_text(line);
  if (print_) std::cout << lines_ << ' ' << line << '\n' << std::flush;
}

std::string History::digest() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : hasher_.finish()) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace daybook::simulation
