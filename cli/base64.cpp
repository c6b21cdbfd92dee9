// Decoding is strict, so that each byte string has exactly one form: what was printed is what comes back, and nothing
// that was cut short or mangled on its way is taken for data.
#include "cli/base64.h"

#include <array>
#include <cstdint>

namespace daybook::cli {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t at = 0; at < kAlphabet.size(); ++at) {
    values[static_cast<unsigned char>(kAlphabet[at])] = static_cast<std::uint8_t>(at);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = make_values();

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t group = 0;
    for (std::size_t byte = 0; byte < 3; ++byte) {
      group <<= 8U;
      if (byte < count) group |= static_cast<unsigned char>(bytes[at + byte]);
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      out += digit > count ? '=' : kAlphabet[(group >> (18U - 6U * digit)) & 0x3FU];
    }
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::string_view group = text.substr(at, 4);
    if (at + 4 == text.size()) {  // Padding stands in the last group only.
      while (group.size() > 2 && group.back() == '=') group.remove_suffix(1);
    }
    std::uint32_t bits = 0;
    for (const char digit : group) {
      const std::uint8_t value = kValues[static_cast<unsigned char>(digit)];
      if (value == kNone) return std::nullopt;
      bits = (bits << 6U) | value;
    }
    const std::size_t bytes = group.size() - 1;
    const std::size_t unused = group.size() * 6 - bytes * 8;
    if ((bits & ((1U << unused) - 1)) != 0) return std::nullopt;
    bits >>= unused;
    for (std::size_t byte = bytes; byte-- > 0;) out += static_cast<char>((bits >> (8U * byte)) & 0xFFU);
  }
  return out;
}

}  // namespace daybook::cli
