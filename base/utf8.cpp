// Names are short and nearly always ASCII, which is asked first; for others a loop a byte is enough, with the
// multi-byte forms of RFC 3629, section 4.
#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace daybook {
namespace {

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

/// Bytes of the well-formed character at the front of `text`; 0 where it is none.
std::size_t character_bytes(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(at(i))) return 0;
  }
  const std::uint8_t second = at(1);
  if (lead == 0xe0 && second < 0xa0) return 0;  // overlong
  if (lead == 0xed && second > 0x9f) return 0;  // surrogate
  if (lead == 0xf0 && second < 0x90) return 0;  // overlong
  if (lead == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
  return bytes;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = character_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; });
}

bool is_printable_ascii(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x80 * kOnes;
  for (std::size_t at = 0; at < text.size(); at += sizeof kOnes) {
    std::uint64_t word = ' ' * kOnes;
    std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
    // A byte of 80-FF has its top bit; 7F gets it by one more; less than 20 by 20 less (so may one above it, by
    // borrow).
    if (((word | (word + kOnes) | (word - ' ' * kOnes)) & kTops) != 0) return false;
  }
  return true;
}

}  // namespace daybook
